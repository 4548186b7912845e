#include "dns/cares/cares_resolver.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <optional>

#include "base/text.h"
#include "dns/cares/cache.h"
#include "dns/cares/lookups.h"
#include "dns/names.h"

namespace paraph::dns::cares {

/// What a lookup needs of a resolver that may be gone when it ends.
struct CaresResolver::Parts {
  std::weak_ptr<Lookups> lookups;
  std::shared_ptr<Cache> cache;
  bool trust_ad = false;
};

namespace {

using Outcome = std::shared_ptr<std::optional<Found>>;

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
/// Owns the look-ups until this one has begun, and not while it waits: the last owner ends them.
auto async_start(std::shared_ptr<Lookups> lookups, Request request, Outcome outcome) {
  auto start = [lookups = std::move(lookups), request = std::move(request),
                outcome = std::move(outcome)](auto handler) mutable {
    const auto owned = std::move(lookups);
    auto executor = boost::asio::get_associated_executor(handler);
    auto work = boost::asio::make_work_guard(executor);
    request.done = [outcome, executor, work = std::move(work), handler = std::move(handler)](Found found) mutable {
      outcome->emplace(std::move(found));
      boost::asio::post(executor, std::move(handler));
    };
    owned->start(std::move(request));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void()>(std::move(start), use_task);
}

}  // namespace

CaresResolver::CaresResolver(const Options& options)
    : trust_ad_(options.trust_ad), cache_(std::make_shared<Cache>(options.cache_bytes)) {
  init_library();
  lookups_ = std::make_shared<Lookups>(joined(options.servers), options.at_once, options.in_line_max);
}

CaresResolver::~CaresResolver() = default;

CaresResolver::Parts CaresResolver::parts() const {
  return {.lookups = lookups_, .cache = cache_, .trust_ad = trust_ad_};
}

Task<Result<Answer>> CaresResolver::look_up(Parts parts, std::vector<Kind> kinds, std::string name,
                                            std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto canonical, canonical_name(name));
  const auto now = std::chrono::steady_clock::now();
  if (auto kept = parts.cache->find(kinds, canonical, now)) co_return *std::move(kept);
  if (within.count() <= 0) co_return fail(Code::Unavailable, "no time is left to ask for " + canonical);
  auto lookups = parts.lookups.lock();
  if (!lookups) co_return fail(Code::Unavailable, "DNS lookups have ended");
  Request request{
      .kinds = kinds, .name = canonical, .deadline = now + std::min(within, kWithinMax), .trust_ad = parts.trust_ad};
  auto outcome = std::make_shared<std::optional<Found>>();
  co_await async_start(std::move(lookups), std::move(request), outcome);
  auto& found = **outcome;
  parts.cache->keep(kinds, canonical, found.answer, found.life, now);
  co_return std::move(found.answer);
}

Task<Result<std::vector<std::string>>> CaresResolver::txt(std::string name, std::chrono::milliseconds within) {
  std::vector<Kind> kinds{Kind::Txt};
  PARAPH_CO_TRY(auto answer, co_await look_up(parts(), std::move(kinds), std::move(name), within));
  co_return std::move(answer.names_or_texts);
}

Task<Result<std::vector<Mx>>> CaresResolver::mx(std::string name, std::chrono::milliseconds within) {
  std::vector<Kind> kinds{Kind::Mx};
  PARAPH_CO_TRY(auto answer, co_await look_up(parts(), std::move(kinds), std::move(name), within));
  for (auto& mx : answer.exchanges) mx.secure = answer.secure;
  co_return std::move(answer.exchanges);
}

Task<Result<std::vector<Address>>> CaresResolver::addresses(std::string name, Family family,
                                                            std::chrono::milliseconds within) {
  std::vector<Kind> kinds;
  if (family != Family::V6) kinds.push_back(Kind::A);
  if (family != Family::V4) kinds.push_back(Kind::Aaaa);
  PARAPH_CO_TRY(auto answer, co_await look_up(parts(), std::move(kinds), std::move(name), within));
  co_return std::move(answer.addresses);
}

Task<Result<std::vector<Tlsa>>> CaresResolver::tlsa(std::string host, std::uint16_t port,
                                                    std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto canonical, canonical_name(host));
  if (!trust_ad_) co_return std::vector<Tlsa>();
  const auto deadline = std::chrono::steady_clock::now() + std::min(within, kWithinMax);
  std::vector<Kind> families{Kind::A, Kind::Aaaa};
  const auto own_parts = parts();  // the resolver may be gone when the first answer comes
  PARAPH_CO_TRY(auto own, co_await look_up(own_parts, std::move(families), canonical, within));
  if (!own.secure) co_return std::vector<Tlsa>();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  std::vector<Kind> kinds{Kind::Tlsa};
  auto name = tlsa_name(canonical, port);
  auto answer = co_await look_up(own_parts, std::move(kinds), std::move(name), left);
  if (!answer && answer.error().code == Code::NotFound) co_return std::vector<Tlsa>();
  if (!answer) co_return fail(std::move(answer));
  if (!answer->secure) co_return std::vector<Tlsa>();
  co_return std::move(answer->tlsas);
}

Task<Result<std::vector<std::string>>> CaresResolver::ptr(Address address, std::chrono::milliseconds within) {
  std::vector<Kind> kinds{Kind::Ptr};
  auto name = reverse_name(address);
  PARAPH_CO_TRY(auto answer, co_await look_up(parts(), std::move(kinds), std::move(name), within));
  co_return std::move(answer.names_or_texts);
}

}  // namespace paraph::dns::cares
