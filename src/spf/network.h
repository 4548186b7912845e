#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "dns/dns.h"

namespace paraph::spf {

/// "192.0.2.1" or "2001:db8::1", nothing around it.
std::optional<dns::Address> parse_ip(std::string_view text);

/// "192.0.2.1", "2001:db8::1"
std::string format_ip(const dns::Address& address);

/// Of one family, and the first `bits` bits are the same.
bool is_within(const dns::Address& address, const dns::Address& network, unsigned bits);

}  // namespace paraph::spf
