#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "dns/dns.h"

namespace paraph::spf {

inline constexpr int kLookupsMax = 10;        ///< terms that ask DNS (RFC 7208 §4.6.4)
inline constexpr int kVoidLookupsMax = 2;     ///< look-ups that find nothing
inline constexpr std::size_t kHostsMax = 10;  ///< hosts of one MX, names of one address

/// DNS as one check may use it. Codes: Unavailable is a temperror, BadInput a permerror. A name that does not exist,
/// or cannot, gives an empty list. Outlived by the resolver; one event loop.
class Lookups {
 public:
  Lookups(dns::Resolver& dns, std::chrono::milliseconds within)
      : dns_(dns), deadline_(std::chrono::steady_clock::now() + within) {}

  /// One more term that asks DNS. BadInput: one too many.
  Result<void> count_term();

  /// The one SPF record of a domain. NotFound: it has none, or no such domain can be.
  Task<Result<std::string>> record_of(std::string domain);
  /// The one TXT record of a name; "" when there is none, or several, or no answer.
  Task<std::string> explanation_at(std::string name);

  Task<Result<std::vector<dns::Address>>> addresses(std::string name, dns::Family family);
  /// At most kHostsMax; more are a BadInput.
  Task<Result<std::vector<std::string>>> exchanges(std::string name);

  /// The names of `client` that lead back to it (§5.5), at most kHostsMax looked at, each asked for once in a check. No
  /// answer is no name.
  Task<Result<std::vector<std::string>>> validated_names(dns::Address client);

 private:
  std::chrono::milliseconds left() const;
  Result<void> count_void();
  template <class T>
  Result<std::vector<T>> counted(Result<std::vector<T>> answer);

  dns::Resolver& dns_;
  const std::chrono::steady_clock::time_point deadline_;
  int terms_ = 0;
  int voids_ = 0;
  bool named_ = false;
  std::vector<std::string> names_;
};

}  // namespace paraph::spf
