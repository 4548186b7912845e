#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/dns.h"

/// What an SPF record says (RFC 7208 §4.5, §4.6, §5, §6). Pure.
namespace paraph::spf {

enum class Kind { All, Include, A, Mx, Ptr, Ip4, Ip6, Exists };

/// What a mechanism that matches means.
enum class Qualifier { Pass, Fail, SoftFail, Neutral };

struct Mechanism {
  Kind kind = Kind::All;
  Qualifier qualifier = Qualifier::Pass;
  std::string domain;    ///< a domain-spec; "": the current domain
  dns::Address network;  ///< Ip4, Ip6
  unsigned bits4 = 32;   ///< of an IPv4 address that must agree
  unsigned bits6 = 128;
};

struct Record {
  std::vector<Mechanism> mechanisms;  ///< in order
  std::string redirect;               ///< a domain-spec; "": none
  std::string explanation;            ///< exp=, a domain-spec; "": none
};

/// Is this TXT record an SPF record, well-formed or not?
bool is_record(std::string_view text);

/// Reads an SPF record. BadInput: any error anywhere in it, and a sentence that names it (permerror).
Result<Record> parse_record(std::string_view text);

/// A domain-spec of more octets is an error: no name is a fourth as long.
inline constexpr std::size_t kDomainSpecBytesMax = 1024;

}  // namespace paraph::spf
