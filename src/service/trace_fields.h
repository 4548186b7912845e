#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "mail/address.h"

namespace paraph::service {

/// `Received: from ... by ... with ... id ...; date` (RFC 5321 §4.4, RFC 3848), folded, with its last CRLF.
std::string format_received(std::string_view from, std::string_view by, std::string_view protocol, std::string_view id,
                            Time now);

/// `Return-Path: <...>` (RFC 5321 §4.4): at final delivery only.
std::string format_return_path(const mail::Address& reverse_path);

}  // namespace paraph::service
