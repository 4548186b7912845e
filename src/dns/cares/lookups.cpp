#include "dns/cares/lookups.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace paraph::dns::cares {
namespace {

int make_eventfd() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

Result<Answer> no_time_for(const Request& request) {
  return fail(Code::Unavailable, "no DNS lookup of " + request.name + " in time");
}

}  // namespace

Lookups::Lookups(std::string servers, std::size_t at_once, std::size_t in_line_max)
    : servers_(std::move(servers)),
      at_once_(at_once),
      in_line_max_(in_line_max),
      wake_(make_eventfd()),
      thread_([this] { run(); }) {}

Lookups::~Lookups() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake();
  thread_.join();
  ::close(wake_);
}

void Lookups::wake() {
  const std::uint64_t one = 1;
  // Full (EAGAIN) is as good as written: the thread wakes.
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void Lookups::start(Request request) {
  {
    const std::lock_guard lock(mutex_);
    if (open_ < at_once_ + in_line_max_) {
      ++open_;
      new_.push_back(std::move(request));
      request.done = nullptr;
    }
  }
  if (!request.done) return wake();
  request.done({fail(Code::Unavailable, "too many DNS lookups wait")});
}

/// False: the end has come.
bool Lookups::take_new() {
  const std::lock_guard lock(mutex_);
  open_ = line_.size() + running_.size() + new_.size();
  std::ranges::move(new_, std::back_inserter(line_));
  new_.clear();
  return !ending_;
}

void Lookups::start_some(SteadyTime now) {
  // Those in line whose time is over, first: they stand between others that may have more of it.
  for (auto& request : line_) {
    if (request.deadline > now) continue;
    request.done({no_time_for(request)});
    request.done = nullptr;
  }
  std::erase_if(line_, [](const Request& request) { return !request.done; });
  while (!line_.empty() && running_.size() < at_once_) {
    auto query = std::make_unique<Query>(std::move(line_.front()), servers_);
    line_.pop_front();
    if (!query->ended()) running_.push_back(std::move(query));
  }
}

void Lookups::wait(SteadyTime now) {
  sockets_.assign(1, {.fd = wake_, .events = POLLIN, .revents = 0});
  sockets_of_.clear();
  auto until = SteadyTime::max();
  for (const auto& query : running_) {
    const auto before = sockets_.size();
    query->add_sockets(sockets_);
    sockets_of_.push_back(sockets_.size() - before);
    until = std::min(until, query->wake_at(now));
  }
  for (const auto& request : line_) until = std::min(until, request.deadline);
  int timeout = -1;
  if (until != SteadyTime::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::max(until, now) - now);
    timeout = static_cast<int>(std::min<std::chrono::milliseconds>(left, kWithinMax).count());
  }
  if (::poll(sockets_.data(), sockets_.size(), timeout) >= 0) return;
  for (auto& socket : sockets_) socket.revents = 0;  // EINTR, or no memory: the next turn tries again
}

void Lookups::process() {
  std::uint64_t count = 0;
  if (sockets_[0].revents) [[maybe_unused]]
    const auto got = ::read(wake_, &count, sizeof count);
  std::size_t at = 1;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    for (const auto end = at + sockets_of_[i]; at < end; ++at) {
      if (sockets_[at].revents) running_[i]->process(sockets_[at]);
    }
  }
  const auto now = std::chrono::steady_clock::now();
  for (auto& query : running_) {
    if (query->wake_at(now) <= now) query->process_time(now);
  }
  std::erase_if(running_, [](const auto& query) { return query->ended(); });
}

void Lookups::run() {
  while (take_new()) {
    const auto now = std::chrono::steady_clock::now();
    start_some(now);
    wait(now);
    process();
  }
  running_.clear();
  for (auto& request : line_) request.done({fail(Code::Unavailable, "DNS lookups have ended")});
}

}  // namespace paraph::dns::cares
