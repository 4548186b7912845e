#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

constexpr std::size_t kIdFieldsMax = 30, kIdNameBytesMax = 30, kIdValueBytesMax = 1024;  // RFC 2971 §3.3

bool is_base64_char(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '+' || c == '/' || c == '=';
}

}  // namespace

Result<CommandBody> authenticate(Cursor& cursor, Numbers) {
  Authenticate command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(const auto mechanism, atom(cursor));
  command.mechanism = uppered(mechanism);
  if (!cursor.take(' ')) return command;
  const auto initial = cursor.take_while(is_base64_char);
  if (initial.empty()) return cursor.expected("base64 or =");
  command.initial = initial == "=" ? "" : std::string(initial);
  return command;
}

Result<CommandBody> login(Cursor& cursor, Numbers) {
  Login command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.user, astring(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.password, astring(cursor));
  return command;
}

Result<CommandBody> enable(Cursor& cursor, Numbers) {
  Enable command;
  do {
    PARAPH_CHECK(cursor.need(' '));
    PARAPH_TRY(const auto capability, atom(cursor));
    command.capabilities.push_back(uppered(capability));
  } while (!cursor.at_end());
  return command;
}

// RFC 2971 §3.1: NIL, or pairs in parentheses
Result<CommandBody> id(Cursor& cursor, Numbers) {
  Id command;
  PARAPH_CHECK(cursor.need(' '));
  if (cursor.take("NIL")) return command;
  PARAPH_CHECK(cursor.need('('));
  if (cursor.take(')')) return command;
  do {
    PARAPH_TRY(const auto name, string(cursor));
    PARAPH_CHECK(cursor.need(' '));
    PARAPH_TRY(auto value, nstring(cursor));
    if (command.fields.size() == kIdFieldsMax || name.size() > kIdNameBytesMax || value.size() > kIdValueBytesMax) {
      return fail(Code::TooLarge, "ID has at most 30 fields, of at most 30 and 1024 octets");
    }
    command.fields.emplace_back(lowered(name), std::move(value));
  } while (cursor.take(' '));
  PARAPH_CHECK(cursor.need(')'));
  return command;
}

}  // namespace paraph::imap
