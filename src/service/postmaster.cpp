#include "service/postmaster.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace paraph::service {
namespace {
constexpr std::string_view kName = "postmaster";
}  // namespace

Task<Result<std::string>> Postmaster::own_domain() {
  PARAPH_CO_TRY(auto domains, co_await accounts_.domains());
  co_return domains.size() == 1 ? std::move(domains.front()) : server_name_;
}

Task<Result<mail::Address>> Postmaster::address_for(mail::Address recipient) {
  if (!iequals(recipient.local, kName)) co_return recipient;
  if (recipient.domain.empty()) {
    PARAPH_CO_TRY(recipient.domain, co_await own_domain());
  } else {
    PARAPH_CO_TRY(const bool local, co_await accounts_.is_local(recipient.domain));
    if (!local) co_return recipient;
  }
  const auto account = co_await accounts_.find(recipient.key());
  if (account) co_return recipient;
  if (account.error().code != Code::NotFound) co_return std::unexpected(account.error());
  if (named_.null())
    co_return fail(Code::NotFound, fmt::format("nobody is postmaster at {}", printable(recipient.domain)));
  co_return named_;
}

Task<Result<std::vector<std::string>>> Postmaster::domains_without() {
  std::vector<std::string> without;
  PARAPH_CO_TRY(const auto domains, co_await accounts_.domains());
  for (const auto& domain : domains) {
    const mail::Address postmaster{.local = std::string(kName), .domain = domain};
    const auto address = co_await address_for(postmaster);
    if (!address && address.error().code != Code::NotFound) co_return std::unexpected(address.error());
    if (address) {
      const auto account = co_await accounts_.find(address->key());
      if (!account && account.error().code != Code::NotFound) co_return std::unexpected(account.error());
      if (account) continue;
    }
    without.push_back(domain);
  }
  co_return without;
}

}  // namespace paraph::service
