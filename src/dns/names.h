#pragma once
#include <string>
#include <string_view>

#include "dns/dns.h"

namespace paraph::dns {

/// The one form of a name (see Resolver): lower case, without the last dot. BadInput with a sentence.
Result<std::string> canonical_name(std::string_view name);

/// Where the TLSA records of a TCP port are (RFC 6698 §3). The host is a name.
std::string tlsa_name(std::string_view host, std::uint16_t port);

/// Where the names of an address are: "1.2.0.192.in-addr.arpa", nibbles below ip6.arpa (RFC 1035 §3.5, RFC 3596 §2.5).
std::string reverse_name(const Address& address);

}  // namespace paraph::dns
