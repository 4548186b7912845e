#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "relay/tls_sessions.h"

namespace paraph::admin {

/// How sessions with each domain went, a line for each policy, for people.
std::vector<std::string> tls_lines(const relay::TlsDay& day);

/// The report of a day to the one domain that it is about, JSON on one line (RFC 8460 §4.4). `organization`: this
/// server's name; its postmaster is who may be asked.
std::string tls_report(const relay::TlsDay& day, std::string_view organization);

}  // namespace paraph::admin
