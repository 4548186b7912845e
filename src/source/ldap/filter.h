#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::source::ldap {

/// How an owner is looked up unless the operator says otherwise (spec 3.1).
inline constexpr std::string_view kDefaultFilter = "(|(vPIMRfc822Mailbox=%u)(mail=%u)(uid=%l))";

/// An owner's address in its parts.
struct Owner {
  std::string address, local, domain;
};
/// NotFound: not of the form local@domain, or over 320 octets: no directory knows it.
Result<Owner> parse_owner(std::string_view address);

/// BadInput, a sentence: a '%' before something else than u, l, d or %, or none of u and l; parentheses that do not
/// pair.
Result<void> check_filter(std::string_view filter);

/// The filter with `%u` as the owner's address, `%l` its local part, `%d` its domain, `%%` a percent sign. Every octet
/// of them but letters, digits and "@.-_" is escaped (RFC 4515 §3): no address changes what the filter asks.
std::string filled_filter(std::string_view filter, const Owner& owner);

}  // namespace paraph::source::ldap
