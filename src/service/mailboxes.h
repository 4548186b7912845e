#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/mailbox.h"
#include "record/codec.h"
#include "service/limits.h"
#include "store/store.h"

namespace paraph::service {

/// A message ready to be put into mailboxes: its record, and what of its blobs is not in the store yet.
struct NewMessage {
  record::StoredMessage record;
  std::string header;                ///< the top header block with its empty line, at most 256 KiB of it
  std::vector<mail::NewBlob> blobs;  ///< not put yet
  std::uint64_t upload = 0;          ///< the Upload that holds references to blobs put early; 0: none
  std::vector<BlobId> uploaded;      ///< those blobs
  std::optional<BlobId> content;     ///< a hash of its octets as they came, when it was asked for
  /// The same message in other forms (spec 2.8), which Target::form names as 1, 2, ...; `record` is form 0.
  std::vector<record::StoredMessage> other_forms;
  /// Of each form: its uses besides entries, which the change's Along writes (outbound.h). Empty: none.
  std::vector<std::uint32_t> more_uses;
  /// Of each form, for that Along: as what it will be kept. A form that nobody uses is not kept.
  std::vector<MessageId> ids;

  /// Within this message.
  record::StoredMessage& form(std::size_t number) { return number == 0 ? record : other_forms[number - 1]; }
  const record::StoredMessage& form(std::size_t number) const { return number == 0 ? record : other_forms[number - 1]; }
};

/// Where a message goes, and as what.
struct Target {
  AccountId account;
  MailboxId mailbox;
  mail::Flags flags;
  Time internal_date;
  bool no_quota = false;  ///< known already: the account has none, and need not be asked for
  std::size_t form = 0;   ///< which form of the message, when there are several
};

/// What changed in a mailbox after a modseq, in order of modseq; an entry appears once, with its newest state.
struct Changes {
  std::vector<mail::Entry> changed;  ///< new or with other flags
  std::vector<Uid> expunged;
  ModSeq highest_modseq;
  Uid uid_next;
  /// False: `since` lies before what the mailbox remembers, and UIDs may be missing from `expunged` (never from
  /// `changed`). Whoever knew the mailbox then compares with entries(): what is not there was expunged.
  bool expunged_known = true;
};

struct Appended {
  MailboxId mailbox;
  std::uint32_t uid_validity = 0;
  Uid uid;
};

struct FlagsStored {
  std::vector<mail::Entry> entries;  ///< as they are now, in order of UID; the expunged are missing
};

struct Copied {
  std::uint32_t uid_validity = 0;
  std::vector<std::pair<Uid, Uid>> uids;  ///< source, destination; in order of source
};

/// What becomes durable in the same commit as a change to a mailbox: adds to the batch, in the mailbox's turn, once for
/// each try, knowing the entries as the change leaves them (expunge: those that go). Its failure is the change's, which
/// then is not made. What it refers to outlives the call that it is given to.
using Along = std::function<Task<Result<void>>(store::Batch&, const std::vector<mail::Entry>&)>;
/// May what goes along meet changes of others to the same things? Where it does not, changes need not wait for it.
enum class Meets { Others, Nobody };

/// All mail logic of mailboxes, once, above the store: UIDs, MODSEQ, flags, quota, counts. Any event loop; changes to
/// one mailbox are made one after the other (in-process lock per mailbox, and Expects against other processes). Every
/// change is on disk when the call answers, and wakes the mailbox's topic.
class Mailboxes {
 public:
  Mailboxes(store::Store& store, const Clock& clock, const Limits& limits);
  ~Mailboxes();

  // --- the list of mailboxes
  Task<Result<std::vector<mail::Mailbox>>> list(AccountId account);        ///< in order of name, INBOX first
  Task<Result<mail::Mailbox>> find(AccountId account, std::string name);   ///< NotFound; "inbox" in any case
  Task<Result<mail::Mailbox>> load(AccountId account, MailboxId mailbox);  ///< NotFound
  Task<Result<MailboxId>> inbox(AccountId account);                        ///< asks the store once
  /// As find_special(), most often without asking the store. The mailbox may have gone meanwhile: then append() says
  /// NotFound, and the next call looks again.
  Task<Result<MailboxId>> special_id(AccountId account, mail::SpecialUse use);
  Task<Result<mail::Mailbox>> find_special(AccountId account, mail::SpecialUse use);
  /// Makes parents too (RFC 9051 §6.3.4). Exists, BadInput (name), TooLarge (`mailboxes_max`).
  Task<Result<mail::Mailbox>> create(AccountId account, std::string name, mail::SpecialUse use);
  /// Denied for INBOX and Greetings; Exists (Conflict code) when it has children is the protocol's matter: children
  /// stay.
  Task<Result<void>> remove(AccountId account, std::string name);
  /// With its children. INBOX: its messages move to the new mailbox (RFC 9051 §6.3.6). Denied for Greetings.
  Task<Result<void>> rename(AccountId account, std::string from, std::string to);
  Task<Result<void>> set_subscribed(AccountId account, std::string name, bool subscribed);

  // --- what is in one
  /// All entries in order of UID. `from` skips earlier UIDs.
  Task<Result<std::vector<mail::Entry>>> entries(MailboxId mailbox, Uid from = Uid{1});
  /// The entries of these UIDs (ascending), missing ones left out.
  Task<Result<std::vector<mail::Entry>>> entries_of(MailboxId mailbox, std::vector<Uid> uids);
  Task<Result<Changes>> changes(AccountId account, MailboxId mailbox, ModSeq since);
  /// Takes the messages that are \Recent: returns the first such UID (== uid_next when none) and moves the mark up.
  Task<Result<Uid>> take_recent(AccountId account, MailboxId mailbox);

  /// Puts one message, in all its forms, into all targets in one batch (one body, shared). There may be none, when
  /// something else uses the message. OverQuota names the account
  /// and puts it nowhere. NotFound: a blob or a mailbox is gone. In the order of `targets`.
  Task<Result<std::vector<Appended>>> append(NewMessage message, std::vector<Target> targets);
  /// The same for a caller who may try again: on failure `message` is as it was, its upload still to be given back
  /// (uploads.h).
  Task<Result<std::vector<Appended>>> append_or_keep(NewMessage& message, std::vector<Target> targets, Along along = {},
                                                     Meets meets = Meets::Others);

  /// APPEND of a client to a mailbox for sent mail (spec 2.9). When the as-sent copy of the same message is there, put
  /// by the server less than 24 hours ago (same Message-ID, same first From), that one stays, gets the flags too, and
  /// is the answer. Codes of append().
  Task<Result<Appended>> append_sent(NewMessage message, Target target);
  /// The other order: the server's as-sent copy of `message` is at `sent` now. A copy that the client put into that
  /// mailbox while it submitted goes, and its flags with it to the server's.
  Task<void> fold_sent(AccountId account, Appended sent, const record::StoredMessage& message);
  /// Where a message with this Message-ID was put first. Messages of an older server are not found.
  Task<Result<std::vector<std::pair<MessageId, std::vector<record::Place>>>>> find_message_id(std::string message_id);

  /// `unchanged_since` as RFC 7162; entries past it are left alone and missing from the answer.
  Task<Result<FlagsStored>> store_flags(AccountId account, MailboxId mailbox, std::vector<Uid> uids,
                                        mail::FlagChange change, mail::Flags flags,
                                        std::optional<ModSeq> unchanged_since = std::nullopt, Along along = {});
  /// Removes those of `uids` that are \Deleted (all \Deleted ones when nullopt). Returns the UIDs removed, ascending.
  Task<Result<std::vector<Uid>>> expunge(AccountId account, MailboxId mailbox, std::optional<std::vector<Uid>> uids,
                                         Along along = {});
  /// COPY and MOVE: all or nothing (in one batch up to 1,000 messages; larger ones in several, each whole). NotFound:
  /// destination.
  Task<Result<Copied>> copy(AccountId account, MailboxId from, std::vector<Uid> uids, MailboxId to);
  Task<Result<Copied>> move(AccountId account, MailboxId from, std::vector<Uid> uids, MailboxId to);

  struct Quota {
    std::uint64_t bytes = 0, bytes_max = 0, messages = 0, messages_max = 0;  ///< max 0: no limit
  };
  Task<Result<Quota>> quota(AccountId account);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace paraph::service
