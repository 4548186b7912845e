#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "dns/dns.h"

/// Macros of SPF (RFC 7208 §7). Pure.
namespace paraph::spf {

/// Where a macro stands: c, r and t are for explanations only (§7.2).
enum class Place { Name, Explanation };

/// Is `text` a macro-string (§7.1), or, for an explanation, an explain-string (§6.2: blanks too)?
bool is_macro_string(std::string_view text, Place place);

/// Is `text` a domain-spec (§7.1)? It ends in a macro or in a dot and a top label.
bool is_domain_spec(std::string_view text);

/// Does it hold a %{p}, so that names of the client must be looked up before it is expanded?
bool has_client_name(std::string_view macro_string);

/// What macros stand for.
struct MacroValues {
  std::string local;        ///< %{l}
  std::string sender;       ///< %{o}: the domain of the sender
  std::string domain;       ///< %{d}: whose record is being read
  dns::Address client;      ///< %{i}, %{v}, %{c}
  std::string client_name;  ///< %{p}: validated, or "unknown"
  std::string helo;         ///< %{h}
  std::string receiver;     ///< %{r}
  Time now;                 ///< %{t}
};

/// `text` was found to be a macro-string or explain-string. What is not, is left as it stands.
std::string expand(std::string_view text, const MacroValues& values);

/// A domain-spec as the name to ask for: expanded, whole labels taken off the left while it is over 253 octets (§7.3).
std::string expand_name(std::string_view domain_spec, const MacroValues& values);

}  // namespace paraph::spf
