#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/imap/command.h"
#include "wire/imap/mailbox_name.h"

namespace paraph::imap {

/// A complete command as Framer's Command event shows it: literals in place, no line end (RFC 9051 §9). `names` says
/// how mailbox names are written: Utf7 until UTF8=ACCEPT or IMAP4rev2 is enabled.
///
/// BadInput: syntax, "expected X at octet N" (from 1): BAD. Unsupported: well-formed and not
/// offered: NO [CANNOT]. TooLarge: past a limit
/// of this room (search depth, items, numbers): BAD or NO [LIMIT]. On a failure the tag for the reply is
/// command_tag(text).
Result<Command> parse_command(std::string_view text, NameEncoding names = NameEncoding::Utf7);

/// The text of Framer's Message event, up to and with the literal's announcement; the body is an Append.
/// Unsupported: CATENATE.
Result<Command> parse_append(std::string_view text, NameEncoding names = NameEncoding::Utf7);

/// The text of Framer's AppendEnd event: BadInput unless nothing, or ")" after UTF8, follows.
Result<> check_append_end(std::string_view text, const Append& append);

/// The tag with which a refusal of `text` is to be answered: a view into `text`, or "*" when it has no usable one.
std::string_view command_tag(std::string_view text);

}  // namespace paraph::imap
