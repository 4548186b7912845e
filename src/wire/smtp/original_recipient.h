#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "wire/smtp/parse.h"

namespace paraph::smtp {

/// The value of ORCPT (RFC 3461 §4.2, RFC 6533 §3), decoded as mail::Recipient::original holds it: "rfc822;a@b",
/// "utf-8;ä@b". nullopt: not of that form, or it holds controls.
std::optional<std::string> parse_original_recipient(std::string_view value, Utf8 utf8);

}  // namespace paraph::smtp
