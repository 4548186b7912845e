#include <algorithm>

#include "session/imap/list_names.h"
#include "session/imap/session.h"
#include "wire/imap/mailbox_name.h"

namespace paraph::session_imap {
namespace {

using imap::ListAttribute;

bool matches_any(const std::vector<imap::NamePattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [name](const auto& pattern) { return pattern.matches(name); });
}

ListAttribute attributes_of(const NameTree::Node& node, const imap::List& command) {
  auto attributes = node.children ? ListAttribute::HasChildren : ListAttribute::HasNoChildren;
  if (node.mailbox == nullptr) {
    attributes = attributes | ListAttribute::NoSelect;
    if (command.extended) attributes = attributes | ListAttribute::NonExistent;
  }
  const bool tell_subscribed = command.select_subscribed || command.return_subscribed;
  if (tell_subscribed && node.mailbox != nullptr && node.mailbox->subscribed) {
    attributes = attributes | ListAttribute::Subscribed;
  }
  return attributes;
}

/// Does the mailbox pass the selection options (RFC 5258 §3.1, RFC 6154 §2)?
bool selected_by(const imap::List& command, const NameTree::Node& node) {
  const bool there = node.mailbox != nullptr;
  if (command.select_subscribed && !(there && node.mailbox->subscribed)) return false;
  if (command.select_special_use && !(there && node.mailbox->use != mail::SpecialUse::None)) return false;
  return true;
}

}  // namespace

// LIST (RFC 9051 §6.3.9), with the selection and return options that the grammar knows.
Task<void> Session::list(imap::List command) {
  if (!command.extended && command.patterns.size() == 1 && command.patterns.front().empty()) {
    imap::append_list(out(), imap::ListVerb::List, ListAttribute::NoSelect, mail::SpecialUse::None, "",
                      imap::NameEncoding::Utf7);
    ok();
    co_return;
  }
  auto mailboxes = co_await server_.mailboxes.list(account_);
  if (!mailboxes) {
    refuse(mailboxes.error());
    co_return;
  }
  std::vector<imap::NamePattern> patterns;
  for (const auto& pattern : command.patterns) patterns.emplace_back(command.reference, pattern);
  const NameTree tree(*mailboxes);
  for (const auto& node : tree.in_order()) {
    const auto& [name, what] = *node;
    if (!matches_any(patterns, name) || !selected_by(command, what)) continue;
    const auto use = what.mailbox != nullptr ? what.mailbox->use : mail::SpecialUse::None;
    imap::append_list(out(), imap::ListVerb::List, attributes_of(what, command), use, name, imap::NameEncoding::Utf7);
    if (command.return_status != imap::StatusItem::None && what.mailbox != nullptr) {
      auto told = co_await append_status_of(*what.mailbox, command.return_status);
      if (!told) {
        refuse(told.error());
        co_return;
      }
    }
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
  co_await sync(Expunges::Tell);
  ok();
}

// LSUB (RFC 3501 §6.3.9): a name that only has subscribed ones below it is shown for `%`, as \Noselect.
Task<void> Session::lsub(imap::Lsub command) {
  auto mailboxes = co_await server_.mailboxes.list(account_);
  if (!mailboxes) {
    refuse(mailboxes.error());
    co_return;
  }
  const imap::NamePattern pattern(command.reference, command.pattern);
  const bool levels = command.pattern.find('%') != std::string::npos;
  const NameTree tree(*mailboxes);
  for (const auto& node : tree.in_order()) {
    const auto& [name, what] = *node;
    const bool subscribed = what.mailbox != nullptr && what.mailbox->subscribed;
    if (!subscribed && !(levels && what.subscribed_below)) continue;
    if (!pattern.matches(name)) continue;
    const auto attributes = subscribed ? ListAttribute::None : ListAttribute::NoSelect;
    imap::append_list(out(), imap::ListVerb::Lsub, attributes, mail::SpecialUse::None, name, imap::NameEncoding::Utf7);
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
  co_await sync(Expunges::Tell);
  ok();
}

}  // namespace paraph::session_imap
