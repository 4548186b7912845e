#pragma once
#include <sys/socket.h>

namespace paraph::source::web {

/// Whether `address` belongs to the public Internet: not this host, not a private, shared, link-local, multicast,
/// documentation, translated or tunnelled one, and not of a family other than IPv4 and IPv6 (spec 5.4; IANA's
/// special-purpose registries, RFC 6890). Pure.
bool is_public(const sockaddr& address);

/// Whether one of this machine's interfaces has `address` (its port is of no matter). Asks the kernel; true when it
/// cannot be asked.
bool is_own(const sockaddr& address);

}  // namespace paraph::source::web
