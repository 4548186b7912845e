#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::dmarc {

/// More domains than this in From are no honest message's.
inline constexpr std::size_t kAuthorDomainsMax = 4;

/// Whose name is in a message's From. All fields of that name count: a reader may show any of them (RFC 7489 §6.6.1).
struct Authors {
  std::vector<std::string> domains;  ///< in order, each once, in A-labels and lower case, at most kAuthorDomainsMax
  bool too_many = false;             ///< there are more
  bool unreadable = false;           ///< an address has no domain that can be one; also when a From has no address at all
};

/// Of a header block. Pure; linear.
Authors find_authors(std::string_view header);

}  // namespace paraph::dmarc
