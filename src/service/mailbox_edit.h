#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/mailbox.h"
#include "store/store.h"

namespace paraph::service {

/// A mailbox's record with the very octets it was read as: what a batch expects to find again.
struct MailboxRecord {
  AccountId owner;
  mail::Mailbox box;
  std::string octets;
};

/// NotFound when the account has no such mailbox; Corrupt.
Task<Result<MailboxRecord>> load_mailbox_record(store::Store& store, AccountId owner, MailboxId mailbox);

/// The entries of these UIDs, in the order given, missing ones left out.
Task<Result<std::vector<mail::Entry>>> load_entries(store::Store& store, MailboxId mailbox,
                                                    const std::vector<Uid>& uids);

/// One mailbox within a batch: its record as it was read and as it will be. Every row of a mailbox is written here and
/// nowhere else, so that counts, modseqs, the change log and quotas agree. The Expect on the record guards all rows
/// beside it: whoever changes an entry changes `highest_modseq`.
class MailboxEdit {
 public:
  explicit MailboxEdit(MailboxRecord before) : before_(std::move(before)), now_(before_.box) {}

  AccountId owner() const { return before_.owner; }
  const mail::Mailbox& before() const& { return before_.box; }
  const mail::Mailbox& now() const& { return now_; }

  /// A new message. TooLarge when the mailbox ran out of UIDs.
  Result<mail::Entry> add(store::Batch& batch, MessageId message, mail::Flags flags, Time internal_date,
                          std::uint64_t size);
  /// Other flags for an entry as it was read.
  mail::Entry set_flags(store::Batch& batch, mail::Entry entry, mail::Flags flags);
  /// Takes an entry out and keeps its UID in the change log.
  void expunge(store::Batch& batch, const mail::Entry& entry);
  /// Takes an entry out without a trace, for a mailbox that goes away itself: what was expunged is then not known.
  void forget(store::Batch& batch, const mail::Entry& entry);
  /// Erases the oldest of the remembered expunges (rows of the change log from before this batch) so that about four
  /// fifths of `tombstones_max` stay. Does nothing until there are more than that.
  Task<Result<void>> prune(store::Store& store, store::Batch& batch, std::uint32_t tombstones_max);

  void take_recent() { now_.recent_from = now_.uid_next; }
  void set_subscribed(bool subscribed) { now_.subscribed = subscribed; }
  void set_name(std::string name) { now_.name = std::move(name); }
  void forget_tombstones(std::uint32_t count);

  /// The record with its Expect, and the topic. Call once, last. Answers the record as it will be.
  MailboxRecord finish(store::Batch& batch) const;

 private:
  void take_out(store::Batch& batch, const mail::Entry& entry);
  ModSeq next_modseq();

  MailboxRecord before_;
  mail::Mailbox now_;
};

/// What the edits add to the accounts' quota counters: one Add for each account and counter that changes.
void add_quota(store::Batch& batch, const std::vector<MailboxEdit>& edits);

/// May `edits` grow as they do? Accounts in `without` have no quota and are not asked for. OverQuota names the
/// account's address; NotFound: the account is gone or in removal. What other commits in flight add is not seen: a
/// quota may be passed by that much.
Task<Result<void>> check_quota(store::Store& store, const std::vector<MailboxEdit>& edits,
                               const std::vector<AccountId>& without = {});

}  // namespace paraph::service
