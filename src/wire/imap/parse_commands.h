#pragma once
#include "base/result.h"
#include "wire/imap/command.h"
#include "wire/imap/grammar.h"

namespace paraph::imap {

/// What follows a command's name, by area. Each begins with the space before its first argument and leaves the cursor
/// after its last; parse_command() sees to the end. `numbers` says whether UID stood before the name.
using ParseArguments = Result<CommandBody> (*)(Cursor& cursor, Numbers numbers);

/// One entry of the table of commands.
struct CommandSyntax {
  std::string_view name;  ///< "UID FETCH"
  ParseArguments parse;
};

// parse_mailbox.cpp
Result<CommandBody> select(Cursor& cursor, Numbers);
Result<CommandBody> examine(Cursor& cursor, Numbers);
Result<CommandBody> create(Cursor& cursor, Numbers);
Result<CommandBody> rename(Cursor& cursor, Numbers);
Result<CommandBody> status(Cursor& cursor, Numbers);
Result<CommandBody> list(Cursor& cursor, Numbers);
Result<CommandBody> lsub(Cursor& cursor, Numbers);
Result<CommandBody> append(Cursor& cursor, Numbers);

// parse_metadata.cpp
Result<CommandBody> get_metadata(Cursor& cursor, Numbers);
Result<CommandBody> set_metadata(Cursor& cursor, Numbers);

/// DELETE, SUBSCRIBE, UNSUBSCRIBE: a mailbox and nothing else.
template <class T>
Result<CommandBody> one_mailbox(Cursor& cursor, Numbers) {
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(auto name, mailbox(cursor));
  return T{std::move(name)};
}

// parse_fetch.cpp, parse_search.cpp
Result<CommandBody> fetch(Cursor& cursor, Numbers numbers);
Result<CommandBody> search(Cursor& cursor, Numbers numbers);

// parse_store.cpp
Result<CommandBody> store(Cursor& cursor, Numbers numbers);
Result<CommandBody> copy(Cursor& cursor, Numbers numbers);
Result<CommandBody> move(Cursor& cursor, Numbers numbers);
Result<CommandBody> uid_expunge(Cursor& cursor, Numbers numbers);

// parse_session.cpp
Result<CommandBody> authenticate(Cursor& cursor, Numbers);
Result<CommandBody> login(Cursor& cursor, Numbers);
Result<CommandBody> enable(Cursor& cursor, Numbers);
Result<CommandBody> id(Cursor& cursor, Numbers);

/// A command without arguments.
template <class T>
Result<CommandBody> bare(Cursor&, Numbers) {
  return T{};
}

}  // namespace paraph::imap
