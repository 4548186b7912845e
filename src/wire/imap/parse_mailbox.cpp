#include <algorithm>
#include <array>

#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

constexpr std::size_t kListPatternsMax = 100;

struct SpecialUseName {
  std::string_view name;
  mail::SpecialUse use;
};
constexpr std::array<SpecialUseName, 4> kSpecialUses{{{"\\Sent", mail::SpecialUse::Sent},
                                                      {"\\Drafts", mail::SpecialUse::Drafts},
                                                      {"\\Trash", mail::SpecialUse::Trash},
                                                      {"\\Junk", mail::SpecialUse::Junk}}};

struct StatusName {
  std::string_view name;
  StatusItem item;
};
constexpr std::array<StatusName, 8> kStatusItems{{{"MESSAGES", StatusItem::Messages},
                                                  {"RECENT", StatusItem::Recent},
                                                  {"UIDNEXT", StatusItem::UidNext},
                                                  {"UIDVALIDITY", StatusItem::UidValidity},
                                                  {"UNSEEN", StatusItem::Unseen},
                                                  {"SIZE", StatusItem::Size},
                                                  {"DELETED", StatusItem::Deleted},
                                                  {"HIGHESTMODSEQ", StatusItem::HighestModSeq}}};

Result<CommandBody> opened(Cursor& cursor, Readonly readonly) {
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(auto name, mailbox(cursor));
  return Select{std::move(name), readonly};
}

// RFC 6154 §3: "USE" SP "(" [use-attr *(SP use-attr)] ")"
Result<std::vector<mail::SpecialUse>> special_uses(Cursor& cursor) {
  std::vector<mail::SpecialUse> uses;
  if (!cursor.take("(USE (")) return cursor.expected("(USE (");
  do {
    const auto known = std::ranges::find_if(kSpecialUses, [&](const auto& use) { return cursor.take(use.name); });
    if (known == kSpecialUses.end()) return fail(Code::Unsupported, "no such special use, or none that can be given");
    if (std::ranges::find(uses, known->use) == uses.end()) uses.push_back(known->use);
  } while (cursor.take(' '));
  if (!cursor.take("))")) return cursor.expected("))");
  return uses;
}

// "(" status-att *(SP status-att) ")"
Result<StatusItem> status_items(Cursor& cursor) {
  StatusItem items = StatusItem::None;
  PARAPH_CHECK(cursor.need('('));
  do {
    const Cursor before = cursor;
    PARAPH_TRY(const auto name, atom(cursor));
    const auto known = std::ranges::find_if(kStatusItems, [&](const auto& item) { return iequals(item.name, name); });
    if (known == kStatusItems.end()) return before.expected("a STATUS item");
    items = items | known->item;
  } while (cursor.take(' '));
  PARAPH_CHECK(cursor.need(')'));
  return items;
}

// RFC 9051 §9, list-select-opts
Result<> selection_options(Cursor& cursor, List& list) {
  PARAPH_CHECK(cursor.need('('));
  if (cursor.take(')')) return {};
  do {
    const Cursor before = cursor;
    PARAPH_TRY(const auto name, atom(cursor));
    if (iequals(name, "SUBSCRIBED")) {
      list.select_subscribed = true;
    } else if (iequals(name, "REMOTE")) {
      list.select_remote = true;
    } else if (iequals(name, "RECURSIVEMATCH")) {
      list.select_recursive = true;
    } else if (iequals(name, "SPECIAL-USE")) {
      list.select_special_use = true;
    } else {
      return before.expected("a selection option of LIST");
    }
  } while (cursor.take(' '));
  if (list.select_recursive && !list.select_subscribed) return cursor.expected("RECURSIVEMATCH with SUBSCRIBED");
  return cursor.need(')');
}

// RFC 9051 §9, list-return-opts
Result<> return_options(Cursor& cursor, List& list) {
  if (!cursor.take("RETURN (")) return cursor.expected("RETURN (");
  if (cursor.take(')')) return {};
  do {
    const Cursor before = cursor;
    PARAPH_TRY(const auto name, atom(cursor));
    if (iequals(name, "SUBSCRIBED")) {
      list.return_subscribed = true;
    } else if (iequals(name, "CHILDREN")) {
      list.return_children = true;
    } else if (iequals(name, "SPECIAL-USE")) {
      list.return_special_use = true;
    } else if (iequals(name, "STATUS")) {
      PARAPH_CHECK(cursor.need(' '));
      PARAPH_TRY(list.return_status, status_items(cursor));
    } else {
      return before.expected("a return option of LIST");
    }
  } while (cursor.take(' '));
  return cursor.need(')');
}

// list-mailbox, or several in parentheses
Result<> patterns(Cursor& cursor, List& list) {
  const bool several = cursor.take('(');
  list.extended = list.extended || several;
  do {
    if (list.patterns.size() == kListPatternsMax) return fail(Code::TooLarge, "LIST has at most 100 patterns");
    PARAPH_TRY(auto pattern, list_mailbox(cursor));
    list.patterns.push_back(std::move(pattern));
  } while (several && cursor.take(' '));
  if (!several) return {};
  return cursor.need(')');
}

// literal or literal8, up to its octets
Result<> announcement(Cursor& cursor, Append& append) {
  PARAPH_TRY(append.bytes, number64(cursor));
  append.sync = cursor.take('+') ? Sync::No : Sync::Yes;
  return cursor.need('}');
}

}  // namespace

Result<CommandBody> select(Cursor& cursor, Numbers) { return opened(cursor, Readonly::No); }
Result<CommandBody> examine(Cursor& cursor, Numbers) { return opened(cursor, Readonly::Yes); }

Result<CommandBody> create(Cursor& cursor, Numbers) {
  Create command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.mailbox, mailbox(cursor));
  if (command.mailbox.size() > 1 && command.mailbox.ends_with('/')) command.mailbox.pop_back();
  if (cursor.take(' ')) {
    PARAPH_TRY(command.use, special_uses(cursor));
  }
  return command;
}

Result<CommandBody> rename(Cursor& cursor, Numbers) {
  Rename command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.from, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.to, mailbox(cursor));
  return command;
}

Result<CommandBody> status(Cursor& cursor, Numbers) {
  Status command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.mailbox, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.items, status_items(cursor));
  return command;
}

Result<CommandBody> list(Cursor& cursor, Numbers) {
  List command;
  PARAPH_CHECK(cursor.need(' '));
  if (cursor.peek() == '(') {
    command.extended = true;
    PARAPH_CHECK(selection_options(cursor, command));
    PARAPH_CHECK(cursor.need(' '));
  }
  PARAPH_TRY(command.reference, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_CHECK(patterns(cursor, command));
  if (cursor.take(' ')) {
    command.extended = true;
    PARAPH_CHECK(return_options(cursor, command));
  }
  return command;
}

Result<CommandBody> lsub(Cursor& cursor, Numbers) {
  Lsub command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.reference, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.pattern, list_mailbox(cursor));
  return command;
}

// RFC 9051 §6.3.12, RFC 3516 §4.4, RFC 6855 §4
Result<CommandBody> append(Cursor& cursor, Numbers) {
  Append command;
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.mailbox, mailbox(cursor));
  PARAPH_CHECK(cursor.need(' '));
  if (cursor.peek() == '(') {
    PARAPH_TRY(command.flags, flag_list(cursor));
    PARAPH_CHECK(cursor.need(' '));
  }
  if (cursor.peek() == '"') {
    PARAPH_TRY(command.date, date_time(cursor));
    PARAPH_CHECK(cursor.need(' '));
  }
  if (cursor.take("CATENATE")) return fail(Code::Unsupported, "CATENATE is not offered");
  command.utf8 = cursor.take("UTF8 (");
  command.binary = cursor.take('~');
  if ((command.utf8 && !command.binary) || !cursor.take('{')) return cursor.expected("a message literal");
  PARAPH_CHECK(announcement(cursor, command));
  return command;
}

}  // namespace paraph::imap
