#include "dns/cares/cares_resolver.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <optional>

#include "base/text.h"
#include "dns/cares/lookups.h"
#include "dns/names.h"

namespace paraph::dns::cares {
namespace {

using Outcome = std::shared_ptr<std::optional<Result<Answer>>>;

std::string joined(const std::vector<std::string>& servers) {
  std::string list;
  for (const auto& server : servers) list += (list.empty() ? "" : ",") + server;
  return list;
}

/// c-ares wants this once in a process, before any thread.
void init_library() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  static_cast<void>(status);
}

/// Hands `request` to the thread and completes on the handler's own executor, when `outcome` is filled.
auto async_start(Lookups& lookups, Request request, Outcome outcome) {
  auto start = [&lookups, request = std::move(request), outcome = std::move(outcome)](auto handler) mutable {
    auto executor = boost::asio::get_associated_executor(handler);
    auto work = boost::asio::make_work_guard(executor);
    request.done = [outcome, executor, work = std::move(work),
                    handler = std::move(handler)](Result<Answer> answer) mutable {
      outcome->emplace(std::move(answer));
      boost::asio::post(executor, std::move(handler));
    };
    lookups.start(std::move(request));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void()>(std::move(start), use_task);
}

Task<Result<Answer>> look_up(std::weak_ptr<Lookups> weak, bool trust_ad, std::vector<Kind> kinds, std::string name,
                             std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto canonical, canonical_name(name));
  if (within.count() <= 0) co_return fail(Code::Unavailable, "no time is left to ask for " + canonical);
  const auto deadline = std::chrono::steady_clock::now() + std::min(within, kWithinMax);
  auto lookups = weak.lock();
  if (!lookups) co_return fail(Code::Unavailable, "DNS lookups have ended");
  Request request{.kinds = std::move(kinds), .name = std::move(canonical), .deadline = deadline, .trust_ad = trust_ad};
  auto outcome = std::make_shared<std::optional<Result<Answer>>>();
  auto& owner = *lookups;
  lookups.reset();  // never the last owner while it waits
  co_await async_start(owner, std::move(request), outcome);
  co_return std::move(**outcome);
}

}  // namespace

CaresResolver::CaresResolver(const Options& options) : trust_ad_(options.trust_ad) {
  init_library();
  lookups_ = std::make_shared<Lookups>(joined(options.servers), options.at_once, options.in_line_max);
}

CaresResolver::~CaresResolver() = default;

Task<Result<std::vector<std::string>>> CaresResolver::txt(std::string name, std::chrono::milliseconds within) {
  std::vector<Kind> kinds{Kind::Txt};
  PARAPH_CO_TRY(auto answer, co_await look_up(lookups_, trust_ad_, std::move(kinds), std::move(name), within));
  co_return std::move(answer.names_or_texts);
}

Task<Result<std::vector<Mx>>> CaresResolver::mx(std::string name, std::chrono::milliseconds within) {
  std::vector<Kind> kinds{Kind::Mx};
  PARAPH_CO_TRY(auto answer, co_await look_up(lookups_, trust_ad_, std::move(kinds), std::move(name), within));
  for (auto& mx : answer.exchanges) mx.secure = answer.secure;
  co_return std::move(answer.exchanges);
}

Task<Result<std::vector<Address>>> CaresResolver::addresses(std::string name, Family family,
                                                            std::chrono::milliseconds within) {
  std::vector<Kind> kinds;
  if (family != Family::V6) kinds.push_back(Kind::A);
  if (family != Family::V4) kinds.push_back(Kind::Aaaa);
  PARAPH_CO_TRY(auto answer, co_await look_up(lookups_, trust_ad_, std::move(kinds), std::move(name), within));
  co_return std::move(answer.addresses);
}

Task<Result<std::vector<Tlsa>>> CaresResolver::tlsa(std::string host, std::uint16_t port,
                                                    std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto canonical, canonical_name(host));
  if (!trust_ad_) co_return std::vector<Tlsa>();
  const auto deadline = std::chrono::steady_clock::now() + std::min(within, kWithinMax);
  std::vector<Kind> families{Kind::A, Kind::Aaaa};
  const std::weak_ptr<Lookups> lookups = lookups_;  // the resolver may be gone when the first answer comes
  PARAPH_CO_TRY(auto own, co_await look_up(lookups, true, std::move(families), canonical, within));
  if (!own.secure) co_return std::vector<Tlsa>();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  std::vector<Kind> kinds{Kind::Tlsa};
  auto name = tlsa_name(canonical, port);
  auto answer = co_await look_up(lookups, true, std::move(kinds), std::move(name), left);
  if (!answer && answer.error().code == Code::NotFound) co_return std::vector<Tlsa>();
  if (!answer) co_return fail(std::move(answer));
  if (!answer->secure) co_return std::vector<Tlsa>();
  co_return std::move(answer->tlsas);
}

Task<Result<std::vector<std::string>>> CaresResolver::ptr(Address address, std::chrono::milliseconds within) {
  std::vector<Kind> kinds{Kind::Ptr};
  auto name = reverse_name(address);
  PARAPH_CO_TRY(auto answer, co_await look_up(lookups_, trust_ad_, std::move(kinds), std::move(name), within));
  co_return std::move(answer.names_or_texts);
}

}  // namespace paraph::dns::cares
