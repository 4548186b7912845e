#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "mail/address.h"

namespace paraph::service {

/// What a Received field says.
struct Hop {
  std::string_view from, by, protocol, id;
  /// The one recipient; nullptr when there are several, who shall not hear of each other (RFC 5321 §7.6).
  const mail::Address* recipient = nullptr;
};

/// `Received: from ... by ... with ... id ... for <...>; date` (RFC 5321 §4.4, RFC 3848), folded, with its last CRLF.
std::string format_received(const Hop& hop, Time now);

/// `Return-Path: <...>` (RFC 5321 §4.4): at final delivery only.
std::string format_return_path(const mail::Address& reverse_path);

}  // namespace paraph::service
