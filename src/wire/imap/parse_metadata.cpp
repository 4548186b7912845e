#include <algorithm>

#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

constexpr std::size_t kEntriesMax = 100;
constexpr std::size_t kEntryBytesMax = 1000;

bool is_entry(std::string_view name) {
  if (!name.starts_with('/') || name.ends_with('/') || name.size() > kEntryBytesMax) return false;
  if (name.find("//") != std::string_view::npos) return false;
  return std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~' && c != '*' && c != '%'; });
}

// RFC 5464 §5: entry = astring ; slash-separated path, MUST NOT contain "*" or "%"
Result<std::string> entry(Cursor& cursor) {
  const Cursor before = cursor;
  PARAPH_TRY(const auto name, astring(cursor));
  if (!is_entry(name)) return before.expected("the name of an entry, as in /private/comment");
  return lowered(name);
}

// getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
Result<> options(Cursor& cursor, GetMetadata& command) {
  PARAPH_CHECK(cursor.need('('));
  do {
    const Cursor before = cursor;
    if (cursor.take("MAXSIZE ")) {
      PARAPH_TRY(const auto bytes, number64(cursor));
      if (bytes > 0xFFFFFFFF) return before.expected("a MAXSIZE of 32 bits");
      command.bytes_max = static_cast<std::uint32_t>(bytes);
    } else if (cursor.take("DEPTH 0")) {
      command.depth = MetadataDepth::Entry;
    } else if (cursor.take("DEPTH 1")) {
      command.depth = MetadataDepth::Children;
    } else if (cursor.take("DEPTH infinity")) {
      command.depth = MetadataDepth::Everything;
    } else {
      return cursor.expected("MAXSIZE with a number, or DEPTH with 0, 1 or infinity");
    }
  } while (cursor.take(' '));
  return cursor.need(')');
}

/// Options begin with a letter, names of entries with '/' or as a string.
bool options_follow(const Cursor& cursor) {
  const auto rest = cursor.rest();
  return rest.size() > 1 && rest[0] == '(' && rest[1] != '/' && rest[1] != '"' && rest[1] != '{';
}

// entries = entry / "(" entry *(SP entry) ")"
// The dialect of some telephones (`GETMETADATA INBOX /private/a /private/b`) has several without parentheses.
Result<> entries(Cursor& cursor, GetMetadata& command) {
  const bool enclosed = cursor.take('(');
  do {
    if (command.entries.size() == kEntriesMax) return fail(Code::TooLarge, "GETMETADATA has at most 100 entries");
    PARAPH_TRY(auto name, entry(cursor));
    command.entries.push_back(std::move(name));
  } while (cursor.take(' '));
  if (!enclosed) return {};
  return cursor.need(')');
}

// value = nstring / literal8
Result<std::optional<std::string>> value(Cursor& cursor) {
  if (cursor.take("NIL")) return std::nullopt;
  if (cursor.take('~') && cursor.peek() != '{') return cursor.expected("a literal");
  PARAPH_TRY(auto text, string(cursor));
  return std::optional(std::move(text));
}

}  // namespace

// RFC 5464 §4.2. Its examples have the options after the mailbox, its grammar before: both are taken.
Result<CommandBody> get_metadata(Cursor& cursor, Numbers) {
  GetMetadata command;
  PARAPH_CHECK(cursor.need(' '));
  const bool before = options_follow(cursor);
  if (before) {
    PARAPH_CHECK(options(cursor, command));
    PARAPH_CHECK(cursor.need(' '));
  }
  PARAPH_TRY(command.mailbox, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  if (!before && options_follow(cursor)) {
    PARAPH_CHECK(options(cursor, command));
    PARAPH_CHECK(cursor.need(' '));
  }
  PARAPH_CHECK(entries(cursor, command));
  return command;
}

// RFC 5464 §4.3
Result<CommandBody> set_metadata(Cursor& cursor, Numbers) {
  SetMetadata command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.mailbox, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_CHECK(cursor.need('('));
  do {
    if (command.values.size() == kEntriesMax) return fail(Code::TooLarge, "SETMETADATA has at most 100 entries");
    const Cursor before = cursor;
    PARAPH_TRY(auto name, entry(cursor));
    if (std::ranges::find(command.values, name, &MetadataValue::first) != command.values.end())
      return before.expected("an entry that was not named before");
    PARAPH_CHECK(cursor.need(' '));
    PARAPH_TRY(auto text, value(cursor));
    command.values.emplace_back(std::move(name), std::move(text));
  } while (cursor.take(' '));
  PARAPH_CHECK(cursor.need(')'));
  return command;
}

}  // namespace paraph::imap
