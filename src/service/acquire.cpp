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

void add_fields(std::map<std::string, std::string>& fields, const std::map<std::string, std::string>& said) {
  for (const auto& [name, value] : said)
    if (!value.empty()) fields[name] = value;
}

Task<Acquirer::Answer> ask(std::vector<source::Source*> sources, std::vector<SourceCounts> counts, std::string owner) {
  bool failed = false;
  source::Acquired none;                      // of the first that knows the owner: what was sent before is still known
  std::map<std::string, std::string> fields;  // what all say; the last one asked is believed
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto* source = sources[i];
    const auto asked = std::chrono::steady_clock::now();
    auto acquired = co_await source->acquire(owner);
    if (!counts.empty()) counts[i].answered(acquired, std::chrono::steady_clock::now() - asked);
    if (acquired) add_fields(fields, acquired->fields);
    if (acquired && !acquired->signature.empty()) {
      acquired->fields = std::move(fields);
      co_return Acquirer::Answer{.acquired = std::move(*acquired), .reason = ""};
    }
    if (acquired && acquired->off) {
      acquired->fields.clear();  // no template is filled either
      co_return Acquirer::Answer{.acquired = std::move(*acquired), .reason = "nosig"};
    }
    if (acquired && none.past.empty()) none = std::move(*acquired);
    if (acquired || acquired.error().code == Code::NotFound) continue;
    failed = true;
    log(Level::Debug, "signature source={} owner={} does not answer: {}", source->name(), printable(owner),
        printable(acquired.error().text, 400));
  }
  none.fields = std::move(fields);
  co_return Acquirer::Answer{.acquired = std::move(none), .reason = failed ? "fetch" : "nosig"};
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

Task<void> Acquirer::prefetch(std::string owner) {
  for (auto* source : sources_) {
    const bool enough = co_await source->prefetch(owner);
    if (enough) co_return;
  }
}

Task<Result<void>> Acquirer::forget(std::string owner) {
  for (auto* source : sources_) {
    PARAPH_CO_CHECK(co_await source->forget(owner));
  }
  co_return Result<void>();
}

}  // namespace paraph::service
