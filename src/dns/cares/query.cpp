#include "dns/cares/query.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "crypto/random.h"
#include "dns/cares/message.h"

namespace paraph::dns::cares {
namespace {

using namespace std::chrono_literals;

constexpr int kTries = 4;
constexpr unsigned char kAdBit = 0x20;
// What passes without fragments (DNS flag day 2020); longer answers come over TCP.
constexpr int kUdpBytesMax = 1232;

constexpr int kTlsaType = 52;  // RFC 6698 §7.1

int type_of(Kind kind) {
  switch (kind) {
    case Kind::Txt:
      return ns_t_txt;
    case Kind::Mx:
      return ns_t_mx;
    case Kind::A:
      return ns_t_a;
    case Kind::Aaaa:
      return ns_t_aaaa;
    case Kind::Tlsa:
      return kTlsaType;
    case Kind::Ptr:
      break;
  }
  return ns_t_ptr;
}

/// How long to wait for one server before the next: c-ares doubles it each round, and the deadline ends it all.
int timeout_of(SteadyTime deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp(left / 5, 50ms, 1000ms).count());
}

}  // namespace

Query::Query(Request request, const std::string& servers) : request_(std::move(request)) {
  if (const int status = open_channel(servers); status != ARES_SUCCESS) {
    complete({answer_of_status(status, request_.name)});
    return;
  }
  for (std::size_t i = 0; i < request_.kinds.size(); ++i) slots_.at(i) = {.query = this, .kind = request_.kinds[i]};
  for (std::size_t i = 0; i < request_.kinds.size(); ++i) {
    ask(slots_[i]);
  }
}

void Query::ask(Slot& slot) {
  if (request_.trust_ad) return ask_for_ad(slot);
  ares_query(channel_, request_.name.c_str(), ns_c_in, type_of(slot.kind), &Query::on_answer, &slot);
}

// RFC 6840 §5.7: the AD bit in a question asks for it in the answer. c-ares sets none, so the question is made here.
void Query::ask_for_ad(Slot& slot) {
  unsigned char* question = nullptr;
  int length = 0;
  const auto chance = crypto::SystemRandom().octets(2);
  std::uint16_t id = 0;
  std::memcpy(&id, chance.data(), sizeof id);
  const int status =
      ares_create_query(request_.name.c_str(), ns_c_in, type_of(slot.kind), id, 1, &question, &length, kUdpBytesMax);
  if (status != ARES_SUCCESS) return on_answer(&slot, status, 0, nullptr, 0);
  question[3] |= kAdBit;
  ares_send(channel_, question, length, &Query::on_answer, &slot);
  ares_free_string(question);
}

Query::~Query() {
  // Answers what is open with ARES_EDESTRUCTION, which is Unavailable.
  if (channel_) ares_destroy(channel_);
}

int Query::open_channel(const std::string& servers) {
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
  options.timeout = timeout_of(request_.deadline);
  options.tries = kTries;
  options.ednspsz = kUdpBytesMax;
  options.sock_state_cb = &Query::on_socket;
  options.sock_state_cb_data = this;
  char only_dns[] = "b";
  options.lookups = only_dns;
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB |
             ARES_OPT_LOOKUPS;
  char nothing[] = "/dev/null";
  if (!servers.empty()) {
    options.resolvconf_path = nothing;
    mask |= ARES_OPT_RESOLVCONF;
  }
  if (const int status = ares_init_options(&channel_, &options, mask); status != ARES_SUCCESS) {
    channel_ = nullptr;
    return status;
  }
  return servers.empty() ? ARES_SUCCESS : ares_set_servers_ports_csv(channel_, servers.c_str());
}

void Query::on_socket(void* self, ares_socket_t socket, int readable, int writable) {
  auto& sockets = static_cast<Query*>(self)->sockets_;
  std::erase_if(sockets, [&](const pollfd& known) { return known.fd == socket; });
  const int events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);
  if (events) sockets.push_back({.fd = socket, .events = static_cast<short>(events), .revents = 0});
}

void Query::on_answer(void* slot_pointer, int status, int, unsigned char* octets, int length) {
  auto& slot = *static_cast<Slot*>(slot_pointer);
  auto& query = *slot.query;
  const auto& request = query.request_;
  const std::string_view message(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(length));
  // ares_send() leaves it to its caller what the answer says.
  const int said = status == ARES_SUCCESS && request.trust_ad ? status_of(message) : status;
  slot.found = {
      .answer = said == ARES_SUCCESS ? parse_answer(slot.kind, message) : answer_of_status(said, request.name),
      .life = life_of(message)};
  auto& answer = slot.found->answer;
  if (status == ARES_SUCCESS && answer) answer->secure = request.trust_ad && is_authentic(message);
  query.complete_if_answered();
}

void Query::complete_if_answered() {
  const bool both = request_.kinds.size() == 2;
  auto &first = slots_[0].found, &second = slots_[1].found;
  if (!first || (both && !second)) return;
  if (!both) return complete(*std::move(first));
  // One that failed may do better soon, whatever the other says.
  const bool sure = can_be_kept(first->answer) && can_be_kept(second->answer);
  complete({.answer = combined(std::move(first->answer), std::move(second->answer)),
            .life = sure ? std::min(first->life, second->life) : std::chrono::seconds(0)});
}

void Query::complete(Found found) {
  if (auto done = std::exchange(request_.done, nullptr)) done(std::move(found));
}

void Query::add_sockets(std::vector<pollfd>& sockets) const {
  sockets.insert(sockets.end(), sockets_.begin(), sockets_.end());
}

SteadyTime Query::wake_at(SteadyTime now) const {
  timeval room{};
  const timeval* next = ares_timeout(channel_, nullptr, &room);
  if (!next) return request_.deadline;
  const auto left = std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec);
  return std::min<SteadyTime>(request_.deadline, now + left);
}

void Query::process(const pollfd& socket) {
  if (ended()) return;
  // A broken socket is one to read from: that is where c-ares finds out.
  const bool readable = (socket.revents & (POLLIN | POLLERR | POLLHUP)) != 0;
  const bool writable = (socket.revents & POLLOUT) != 0;
  ares_process_fd(channel_, readable ? socket.fd : ARES_SOCKET_BAD, writable ? socket.fd : ARES_SOCKET_BAD);
}

void Query::process_time(SteadyTime now) {
  if (ended()) return;
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  if (now < request_.deadline || ended()) return;
  // With one family answered and the other late, what there is counts: ares_cancel answers the late one.
  ares_cancel(channel_);
}

}  // namespace paraph::dns::cares
