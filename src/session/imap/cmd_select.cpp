#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "session/imap/session.h"

namespace paraph::session_imap {
namespace {

constexpr std::size_t kKeywordsShownMax = 100;

struct Lowered {
  bool operator()(const std::string& a, const std::string& b) const { return lowered(a) < lowered(b); }
};

/// What SELECT tells of a mailbox's entries.
struct Summary {
  std::vector<Uid> uids;
  std::optional<std::uint32_t> first_unseen;  ///< sequence number
  std::set<std::string, Lowered> keywords;
};

Summary summarise(const std::vector<mail::Entry>& entries, Uid uid_next) {
  Summary summary;
  summary.uids.reserve(entries.size());
  for (const auto& entry : entries) {
    if (entry.uid >= uid_next) break;  // came meanwhile: the next sync tells it
    summary.uids.push_back(entry.uid);
    if (!summary.first_unseen && !entry.flags.has(mail::Flag::Seen)) {
      summary.first_unseen = static_cast<std::uint32_t>(summary.uids.size());
    }
    for (const auto& keyword : entry.flags.keywords) {
      if (summary.keywords.size() < kKeywordsShownMax) summary.keywords.insert(keyword);
    }
  }
  return summary;
}

}  // namespace

// SELECT and EXAMINE (RFC 9051 §6.3.2). A SELECT that fails leaves no mailbox open.
Task<void> Session::select(imap::Select command) {
  if (selected_) drop_mailbox();
  auto mailbox = co_await server_.mailboxes.find(account_, std::move(command.mailbox));
  if (!mailbox) {
    refuse(mailbox.error());
    co_return;
  }
  auto opened = co_await open(std::move(*mailbox), command.readonly);
  if (!opened) {
    refuse(opened.error());
    co_return;
  }
  enter(Phase::Selected);
  ok(command.readonly == imap::Readonly::Yes ? "READ-ONLY" : "READ-WRITE");
}

Task<Result<void>> Session::open(mail::Mailbox mailbox, imap::Readonly readonly) {
  // The watch first: whatever changes from here on is told by the next sync.
  auto selected = std::make_unique<Selected>();
  selected->mailbox = mailbox.id;
  selected->readonly = readonly;
  selected->greetings = mailbox.use == mail::SpecialUse::Greetings;
  selected->watch.emplace(server_.store, mailbox.id, stream_.executor(), [this, opened = selected.get()] {
    opened->changed = true;
    if (idling_) stream_.poke();
  });
  Uid recent_from = mailbox.recent_from;
  if (readonly == imap::Readonly::No && recent_from < mailbox.uid_next) {
    // A full disk is no reason not to open: then what is recent stays recent for the next session too.
    if (const auto taken = co_await server_.mailboxes.take_recent(account_, mailbox.id)) recent_from = *taken;
  }
  PARAPH_CO_TRY(mailbox, co_await server_.mailboxes.load(account_, mailbox.id));
  auto entries = co_await server_.mailboxes.entries(mailbox.id);
  if (!entries) co_return fail(std::move(entries));
  auto summary = summarise(*entries, mailbox.uid_next);
  if (selected->greetings) summary.keywords.emplace(service::kGreetingOnKeyword);
  *entries = {};
  selected->view = View(std::move(summary.uids));
  selected->view.add_recent(recent_from, mailbox.uid_next);
  selected->seen = mailbox.highest_modseq;

  std::string keywords;
  for (const auto& keyword : summary.keywords) keywords += " " + keyword;
  const auto& view = selected->view;
  const auto into = std::back_inserter(out());
  fmt::format_to(into, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft{})\r\n", keywords);
  fmt::format_to(into, "* {} EXISTS\r\n* {} RECENT\r\n", view.size(), view.count_recent());
  if (summary.first_unseen) {
    untagged(imap::Condition::Ok, "UNSEEN " + std::to_string(*summary.first_unseen), "the first unseen message");
  }
  untagged(imap::Condition::Ok, "UIDVALIDITY " + std::to_string(mailbox.uid_validity), "UIDs are valid");
  untagged(imap::Condition::Ok, "UIDNEXT " + std::to_string(mailbox.uid_next.value), "the next UID");
  const std::string permanent =
      readonly == imap::Readonly::Yes
          ? "PERMANENTFLAGS ()"
          : "PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft" + keywords + " \\*)";
  untagged(imap::Condition::Ok, permanent, "what STORE can change");
  selected_ = std::move(selected);
  co_return Result<void>{};
}

// CLOSE (§6.4.1) expunges without a word; UNSELECT (§6.4.2) does not.
Task<void> Session::close(imap::Close) {
  if (selected_->readonly == imap::Readonly::No) {
    auto expunged = co_await expunge_selected(std::nullopt);
    if (!expunged && expunged.error().code != Code::NotFound) {
      refuse(expunged.error());
      co_return;
    }
  }
  drop_mailbox();
  ok();
}

Task<void> Session::unselect(imap::Unselect) {
  drop_mailbox();
  ok();
  co_return;
}

}  // namespace paraph::session_imap
