#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

// SP sequence-set SP mailbox
template <class T>
Result<CommandBody> to_mailbox(Cursor& cursor, Numbers numbers) {
  T command{.numbers = numbers};
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.set, sequence_set(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.mailbox, mailbox(cursor));
  return command;
}

}  // namespace

Result<CommandBody> copy(Cursor& cursor, Numbers numbers) { return to_mailbox<Copy>(cursor, numbers); }
Result<CommandBody> move(Cursor& cursor, Numbers numbers) { return to_mailbox<Move>(cursor, numbers); }

// RFC 9051 §9, store-att-flags
Result<CommandBody> store(Cursor& cursor, Numbers numbers) {
  Store command{.numbers = numbers};
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.set, sequence_set(cursor));
  PARAPH_CHECK(cursor.need(' '));
  if (cursor.take('+')) {
    command.change = mail::FlagChange::Add;
  } else if (cursor.take('-')) {
    command.change = mail::FlagChange::Remove;
  }
  if (!cursor.take("FLAGS")) return cursor.expected("FLAGS, +FLAGS or -FLAGS");
  command.silent = cursor.take(".SILENT") ? Silent::Yes : Silent::No;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.flags, store_flags(cursor));
  return command;
}

// RFC 4315 §2.1
Result<CommandBody> uid_expunge(Cursor& cursor, Numbers) {
  Expunge command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.uids, sequence_set(cursor));
  return command;
}

}  // namespace paraph::imap
