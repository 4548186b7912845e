#include "service/acquire.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace paraph::service {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// What the deposit and the sources' answer share; it outlives whichever ends first.
struct Asking {
  Asking(Executor executor, std::chrono::milliseconds wait) : timer(std::move(executor), wait) {}
  Timer timer;
  std::optional<Acquirer::Answer> answer;
};

Task<Acquirer::Answer> ask(std::vector<source::Source*> sources, std::vector<SourceCounts> counts, std::string owner) {
  bool failed = false;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto* source = sources[i];
    const auto asked = std::chrono::steady_clock::now();
    auto acquired = co_await source->acquire(owner);
    if (!counts.empty()) counts[i].answered(acquired, std::chrono::steady_clock::now() - asked);
    if (acquired) {
      const char* reason = acquired->signature.empty() ? "nosig" : "";
      co_return Acquirer::Answer{.acquired = std::move(*acquired), .reason = reason};
    }
    if (acquired.error().code == Code::NotFound) continue;
    failed = true;
    log(Level::Warn, "signature source={} owner={} failed: {}", source->name(), printable(owner),
        acquired.error().text);
  }
  co_return Acquirer::Answer{.acquired = {}, .reason = failed ? "fetch" : "nosig"};
}

}  // namespace

Acquirer::Acquirer(std::vector<source::Source*> sources, std::chrono::milliseconds wait, Metrics* metrics)
    : sources_(std::move(sources)), wait_(wait) {
  if (metrics == nullptr) return;
  for (const auto* source : sources_) counts_.emplace_back(*metrics, source->name());
}

Task<Acquirer::Answer> Acquirer::acquire(std::string owner) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto asking = std::make_shared<Asking>(executor, wait_);
  auto answered = [asking](std::exception_ptr failure, Answer answer) {
    asking->answer = failure ? Answer{.acquired = {}, .reason = "fetch"} : std::move(answer);
    asking->timer.cancel();
  };
  auto task = ask(sources_, counts_, std::move(owner));
  boost::asio::co_spawn(executor, std::move(task), std::move(answered));
  boost::system::error_code ended;
  if (!asking->answer) co_await asking->timer.async_wait(boost::asio::redirect_error(use_task, ended));
  if (asking->answer) co_return std::move(*asking->answer);
  co_return Answer{.acquired = {}, .reason = "fetch"};
}

}  // namespace paraph::service
