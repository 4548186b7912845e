#pragma once
#include <string_view>

#include "dns/cares/answer.h"

namespace paraph::dns::cares {

/// Reads the TLSA records of a whole DNS message (RFC 1035 §4, RFC 6698 §2.1); any octets will do. TooLarge and Corrupt
/// as in dns.h. Aliases (CNAME) and signatures beside them are passed over.
Result<Answer> parse_tlsa(std::string_view octets);

}  // namespace paraph::dns::cares
