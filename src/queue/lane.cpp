// One try after the other (queue_inside.h).
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "queue/queue_inside.h"
#include "queue/stored_content.h"

namespace paraph::queue {
namespace {

/// After a failure to connect nobody else tries for so long, or for the first delay if that is shorter: what is due is
/// put off with the same answer.
constexpr std::chrono::seconds kDownFor{60};
/// A destination whose rows the store did not give, or did not take.
constexpr std::chrono::minutes kPause{1};
constexpr int kRefitsMax = 3;
constexpr std::size_t kReplyBytesKept = 400;  ///< of each host

/// However a lane ends, the books are right.
class LaneEnd {
 public:
  LaneEnd(std::function<void(bool failed)> end) : end_(std::move(end)) {}
  LaneEnd(const LaneEnd&) = delete;
  ~LaneEnd() { end_(failed_); }
  void went_well() { failed_ = false; }

 private:
  std::function<void(bool)> end_;
  bool failed_ = true;
};

/// Lets an item go, however its try ends.
class HoldGuard {
 public:
  HoldGuard(Destinations& destinations, const Destination& destination, record::ItemId id)
      : destinations_(&destinations), destination_(destination), id_(id) {}
  HoldGuard(const HoldGuard&) = delete;
  ~HoldGuard() { end(); }
  void keep() { destinations_ = nullptr; }
  void end(bool ended = false) {
    if (destinations_ != nullptr) destinations_->let_go(destination_.name, id_, ended);
    keep();
  }

 private:
  Destinations* destinations_;
  const Destination& destination_;
  record::ItemId id_;
};

/// Nobody needs to try again.
bool is_final(const Tried& tried) {
  return std::ranges::all_of(tried.answers,
                             [](const relay::Answer& answer) { return answer.delivered() || answer.permanent(); });
}

relay::Answer answer_of(relay::Misfit misfit) {
  switch (misfit) {
    case relay::Misfit::Utf8:
      return {553, "5.6.7", "the next server takes no addresses and headers in UTF-8 (SMTPUTF8)"};
    case relay::Misfit::Size:
      return {552, "5.3.4", "the message is longer than the next server takes"};
    case relay::Misfit::Tls:
      return {550, "5.7.30",
              "the message asks for TLS all the way, and the next server does not offer it (REQUIRETLS)"};
    case relay::Misfit::SevenBit:
    case relay::Misfit::None:
      break;
  }
  return {554, "5.6.3", "the next server takes 7-bit messages only, and this one is none"};
}

relay::Answer answer_of(const Error& no_hop) {
  switch (no_hop.code) {
    case Code::NotFound:
      return {550, "5.1.2", no_hop.text};
    case Code::Denied:
      return {556, "5.1.10", no_hop.text};
    case Code::Refused:
      return {550, "5.7.1", no_hop.text};
    case Code::Unauthenticated:
      return {451, "4.7.5", no_hop.text};
    default:
      return {451, "4.4.3", no_hop.text};
  }
}

std::vector<mail::Recipient> waiting_of(const record::Queued& item) {
  std::vector<mail::Recipient> waiting;
  for (const auto& one : item.recipients) {
    if (service::waits(one)) waiting.push_back(one.recipient);
  }
  return waiting;
}

bool is_ascii_address(const mail::Address& address) { return is_ascii(address.local) && is_ascii(address.domain); }

/// Is there another form that the server might take? Of a message that is said to be UTF-8 there is, where that is only
/// its body's; an address has no other form.
bool can_change(relay::Misfit misfit, const record::Queued& item) {
  if (misfit != relay::Misfit::Utf8) return misfit == relay::Misfit::SevenBit || misfit == relay::Misfit::Size;
  const auto is_ascii_one = [](const mail::Recipient& one) { return is_ascii_address(one.address); };
  return is_ascii_address(item.reverse_path) && std::ranges::all_of(waiting_of(item), is_ascii_one);
}

void log_try(const service::ItemRow& row, const relay::Outcome& outcome) {
  log(Level::Debug, "queue try item={} host={} address={} tls=\"{}\" reached={}", row.id.value, printable(outcome.host),
      outcome.address, outcome.tls, outcome.reached);
}

/// What it said to whoever did not get the message, if there is one.
record::HostTried said_by(const relay::Outcome& outcome, Time now) {
  const auto refused = std::ranges::find_if_not(outcome.answers, &relay::Answer::delivered);
  const auto& answer = refused == outcome.answers.end() ? outcome.answers.front() : *refused;
  return {.host = outcome.host,
          .address = outcome.address,
          .tls = outcome.tls,
          .code = outcome.misfit == relay::Misfit::None ? answer.code : 0,  // nothing was sent
          .enhanced = answer.enhanced,
          .text = answer.text.substr(0, kReplyBytesKept),
          .at = now};
}

}  // namespace

Tried same_for_all(const record::Queued& item, relay::Answer answer, std::string host) {
  Tried tried{.answers = {}, .host = std::move(host)};
  tried.answers.assign(waiting_of(item).size(), std::move(answer));
  return tried;
}

Task<void> Queue::Inside::lane(DestinationPtr destination) {
  const auto self = shared_from_this();
  LaneEnd end([this, destination](bool failed) {
    const auto until = failed ? std::optional(with.clock.now() + kPause) : std::nullopt;
    if (counts) counts->lanes.add(-1);
    destinations.end_lane(destination, until);
    begin_lanes();
    if (stopping()) return;  // the loops may be going away
    if (!destinations.busy() || (truncated && destinations.has_room())) wake.ring();
  });
  const auto served = co_await serve(destination);
  if (served) {
    end.went_well();
  } else {
    log(Level::Error, "queue to={} is left alone for a minute: {}", printable(destination->name), served.error().text);
  }
}

Task<Result<void>> Queue::Inside::serve(DestinationPtr destination) {
  for (std::size_t served = 0; !stopping(); ++served) {
    if (destinations.must_yield(*destination, served)) break;
    auto row = destinations.next_ready(*destination);
    if (!row) {
      PARAPH_CO_TRY(const bool more, co_await refill(destination));
      if (!more) break;
      continue;
    }
    co_await deliver(destination, std::move(*row));
    for (std::size_t more = destinations.more_lanes(*destination), i = 1; i <= more; ++i) begin_lane(destination, i);
  }
  co_return Result<void>();
}

Task<void> Queue::Inside::deliver(DestinationPtr destination, service::ItemRow row) {
  const auto now = with.clock.now();
  HoldGuard hold(destinations, *destination, row.id);
  if (!destinations.is_leased(*destination, now, kLease)) {  // it waited here for too long, and is taken anew
    hold.end();
    destinations.look_again(*destination);
    co_return;
  }
  Tried tried;
  if (const auto down = destinations.find_down(*destination, now)) {
    tried = same_for_all(row.item, down->answer, down->host);
  } else {
    tried = co_await try_item(destination, row);
  }
  const bool finished = co_await finish(row, std::move(tried));
  if (!finished) co_return hold.keep();
  hold.end(row.item.ended.has_value());
  // Due at once, and perhaps no bell says so.
  const bool waits = !row.item.ended && !row.item.held;
  if (waits && row.item.due <= with.clock.now()) destinations.look_again(*destination);
}

Task<Tried> Queue::Inside::try_item(DestinationPtr destination, service::ItemRow& row) {
  if (counts) counts->tries.add();
  const auto hop = co_await next_hops.find(row.item.destination);
  if (!hop) co_return same_for_all(row.item, answer_of(hop.error()));
  const auto spared = co_await spare(row);
  if (!spared) co_return same_for_all(row.item, {451, "4.3.0", spared.error().text});
  std::vector<record::HostTried> hosts;
  auto tried = co_await try_hosts(destination, *hop, row, hosts);
  tried.hosts = std::move(hosts);
  co_return tried;
}

/// Hosts in order until one is reached and stays (RFC 5321 §5.1); a message that does not fit there is changed, and
/// tried again.
Task<Tried> Queue::Inside::try_hosts(DestinationPtr destination, const NextHop& hop, service::ItemRow& row,
                                     std::vector<record::HostTried>& hosts) {
  Tried tried = same_for_all(row.item, {451, "4.4.4", "no server takes mail for this domain now"});
  std::optional<Tried> hopeful;
  bool reached = false;
  std::size_t next = 0;
  for (int refits = 0; next < hop.hosts.size();) {
    auto outcome = co_await send(hop.hosts[next], row.item);
    if (!outcome) co_return same_for_all(row.item, {451, "4.3.0", outcome.error().text});
    log_try(row, *outcome);
    hosts.push_back(said_by(*outcome, with.clock.now()));
    tried = {.answers = outcome->answers, .host = outcome->host, .dsn = outcome->dsn};
    if (outcome->reached && destinations.note_up(*destination)) begin_lanes();
    reached = reached || outcome->reached;
    if (!outcome->reached || outcome->broke_off) {
      if (!hopeful && !is_final(tried)) hopeful = tried;
      ++next;
      continue;
    }
    if (outcome->misfit == relay::Misfit::Tls) {  // RFC 8689 §4.2.1: another one may promise it
      tried = same_for_all(row.item, answer_of(outcome->misfit));
      ++next;
      continue;
    }
    if (outcome->misfit == relay::Misfit::None) {
      co_await degrade(row, *outcome, tried);
      co_return tried;
    }
    if (refits++ >= kRefitsMax) co_return same_for_all(row.item, answer_of(outcome->misfit));
    Result<bool> changed = false;
    if (can_change(outcome->misfit, row.item)) {
      const service::Fit fit{.seven_bit = outcome->seven_bit || outcome->misfit != relay::Misfit::Size,
                             .size_max = outcome->size_max};
      changed = co_await refit(row, fit);
    }
    if (!changed) co_return same_for_all(row.item, {451, "4.3.0", changed.error().text});
    if (!*changed) co_return same_for_all(row.item, answer_of(outcome->misfit));
  }
  // A host that takes no mail at all does not speak for one that is down.
  if (hopeful) tried = *std::move(hopeful);
  if (!reached) note_down(*destination, tried);
  co_return tried;
}

void Queue::Inside::note_down(const Destination& destination, const Tried& tried) {
  if (tried.answers.empty()) return;
  const auto now = with.clock.now();
  const auto until = now + std::min(kDownFor, options.retry.first);
  destinations.note_down(destination,
                         {.since = now, .until = until, .answer = tried.answers.front(), .host = tried.host});
}

Task<Result<relay::Outcome>> Queue::Inside::send(const relay::Host& host, const record::Queued& item) {
  PARAPH_CO_TRY(const auto message, co_await with.messages.load(item.message));
  PARAPH_CO_TRY(const bool eight_bit, co_await has_8bit(with.store, message));
  StoredContent content(with.store, message, item.skip);
  relay::Job job{.reverse_path = item.reverse_path,
                 .options = item.options,
                 .recipients = waiting_of(item),
                 .content = content,
                 .has_8bit = eight_bit,
                 .id = item.message_id};
  co_return co_await relay.send(host, std::move(job));
}

/// Gives the item another form of its message. False: there is none.
Task<Result<bool>> Queue::Inside::refit(service::ItemRow& row, const service::Fit& fit) {
  if (!change_form) co_return false;
  auto made = co_await change_form(row.item, fit);
  if (!made && made.error().code == Code::Unsupported) co_return false;
  PARAPH_CO_CHECK(made);
  made->more_uses.assign(1 + made->other_forms.size(), 0);
  made->more_uses.front() = 1;
  auto after = row.item;
  after.skip = 0;
  after.left_out = std::max(after.left_out, fit.left_out);
  const auto along = [&](store::Batch& batch, const std::vector<mail::Entry>&) {
    after.message = made->ids.front();
    after.alone = true;
    return add_change(batch, row, after);
  };
  std::vector<service::Target> nowhere;  // the item alone uses it
  PARAPH_CO_CHECK(co_await with.mailboxes.append_or_keep(*made, std::move(nowhere), along));
  row.item = std::move(after);
  row.octets = record::format_queued(row.item);
  co_return true;
}

}  // namespace paraph::queue
