#include "wire/imap/parse.h"

#include <algorithm>
#include <array>

#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

constexpr std::size_t kTagBytesMax = 128;

// RFC 9051 §6; a new command is a line here, a struct in command.h, and its arguments in one of the parse_*.cpp.
constexpr std::array<CommandSyntax, 38> kCommands{{
    {"CAPABILITY", bare<Capability>},
    {"NOOP", bare<Noop>},
    {"LOGOUT", bare<Logout>},
    {"STARTTLS", bare<StartTls>},
    {"AUTHENTICATE", authenticate},
    {"LOGIN", login},
    {"ENABLE", enable},
    {"ID", id},
    {"SELECT", select},
    {"EXAMINE", examine},
    {"CREATE", create},
    {"DELETE", one_mailbox<Delete>},
    {"RENAME", rename},
    {"SUBSCRIBE", one_mailbox<Subscribe>},
    {"UNSUBSCRIBE", one_mailbox<Unsubscribe>},
    {"LIST", list},
    {"LSUB", lsub},
    {"NAMESPACE", bare<Namespace>},
    {"STATUS", status},
    {"APPEND", append},
    {"GETMETADATA", get_metadata},
    {"SETMETADATA", set_metadata},
    {"IDLE", bare<Idle>},
    {"CHECK", bare<Check>},
    {"CLOSE", bare<Close>},
    {"UNSELECT", bare<Unselect>},
    {"EXPUNGE", bare<Expunge>},
    {"SEARCH", search},
    {"FETCH", fetch},
    {"STORE", store},
    {"COPY", copy},
    {"MOVE", move},
    {"UID EXPUNGE", uid_expunge},
    {"UID SEARCH", search},
    {"UID FETCH", fetch},
    {"UID STORE", store},
    {"UID COPY", copy},
    {"UID MOVE", move},
}};

bool is_tag_char(char c) { return is_astring_char(c) && c != '+'; }

Result<Command> any_command(std::string_view text, NameEncoding names) {
  Command command;
  Cursor cursor(text, names);
  command.tag = cursor.take_while(is_tag_char);
  if (command.tag.empty() || command.tag.size() > kTagBytesMax)
    return fail(Code::BadInput, "expected a tag at octet 1");
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(const auto first, atom(cursor));
  command.name = uppered(first);
  if (command.name == "UID") {
    PARAPH_CHECK(cursor.need(' '));
    PARAPH_TRY(const auto second, atom(cursor));
    command.name += " " + uppered(second);
  }
  const auto known = std::ranges::find(kCommands, std::string_view(command.name), &CommandSyntax::name);
  if (known == kCommands.end()) return fail(Code::BadInput, "unknown command " + printable(command.name, 40));
  PARAPH_TRY(command.body, known->parse(cursor, command.name.starts_with("UID ") ? Numbers::Uid : Numbers::Sequence));
  PARAPH_CHECK(cursor.need_end());
  return command;
}

}  // namespace

Result<Command> parse_command(std::string_view text, NameEncoding names) {
  PARAPH_TRY(auto command, any_command(text, names));
  if (std::holds_alternative<Append>(command.body))
    return fail(Code::BadInput, "expected a message literal that is a message");
  return command;
}

Result<Command> parse_append(std::string_view text, NameEncoding names) {
  PARAPH_TRY(auto command, any_command(text, names));
  if (!std::holds_alternative<Append>(command.body)) return fail(Code::BadInput, "expected APPEND");
  return command;
}

Result<> check_append_end(std::string_view text, const Append& append) {
  if (text == (append.utf8 ? ")" : "")) return {};
  return fail(Code::BadInput,
              append.utf8 ? "expected ) after the message" : "expected the end of the command after the message");
}

std::string_view command_tag(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_tag_char);
  const std::string_view tag = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  return tag.empty() || tag.size() > kTagBytesMax ? "*" : tag;
}

}  // namespace paraph::imap
