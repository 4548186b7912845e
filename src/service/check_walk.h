#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mail/mailbox.h"
#include "record/codec.h"
#include "service/check.h"
#include "service/count_table.h"
#include "store/store.h"

namespace paraph::service {

/// One walk of check_store(): passes over the families of keys in turn. What earlier passes learn, later ones compare
/// with. Held in memory: about 200 octets a mailbox and an account, 40 a message and a blob; rows are read some
/// thousand at a time.
class CheckWalk {
 public:
  CheckWalk(store::Store& store, Repair repair, std::function<void(const Finding&)> report)
      : store_(store), repair_(repair), report_(std::move(report)) {}
  Task<Result<void>> run();

 private:
  /// A mailbox as its record says, and as its rows add up.
  struct Tally {
    AccountId owner;
    mail::Mailbox said;
    std::string octets;
    mail::Mailbox found;   ///< uid_next, highest_modseq: the largest that rows need
    bool touched = false;  ///< a repair took rows away: what was expunged is no longer known
  };
  struct AccountState {
    bool listed = false;  ///< its record is there
    std::uint64_t bytes = 0, messages = 0;
  };
  using Rows = std::vector<store::KeyValue>;
  /// One page of rows; a Task of CheckWalk's own.
  using Page = Task<Result<void>> (CheckWalk::*)(const Rows&);

  // check_accounts.cpp
  Task<Result<void>> check_unknown_keys();
  Task<Result<void>> check_small(const Rows& rows);
  Task<Result<void>> check_key_ring(const Rows& rows);
  Task<Result<void>> check_policies(const Rows& rows);
  Task<Result<void>> check_dkim_keys(const Rows& rows);
  Task<Result<void>> check_accounts(const Rows& rows);
  Task<Result<void>> check_addresses(const Rows& rows);
  Task<Result<void>> check_quotas(const Rows& rows);
  Task<Result<void>> check_missing_quotas();
  Task<Result<void>> check_heads(const Rows& rows);
  Task<Result<void>> check_signatures(const Rows& rows);
  Task<Result<void>> check_remote_signatures(const Rows& rows);
  Task<Result<void>> check_uploads(const Rows& rows);
  Task<Result<void>> check_numbers();
  // check_mailboxes.cpp
  Task<Result<void>> check_mailboxes(const Rows& rows);
  Task<Result<void>> check_names(const Rows& rows);
  Task<Result<void>> check_entries(const Rows& rows);
  Task<Result<void>> check_changes(const Rows& rows);
  Task<Result<void>> check_tallies();
  Task<Result<void>> check_entry_page(std::vector<mail::Entry> entries, std::vector<MailboxId> boxes);
  // check_queue.cpp
  Task<Result<void>> check_bells(const Rows& rows);
  Task<Result<void>> check_items(const Rows& rows);
  Task<Result<void>> check_item_finders(const Rows& rows);
  Task<Result<void>> check_leases(const Rows& rows);
  Task<Result<void>> check_refusals(const Rows& rows);
  Task<Result<void>> check_tls_policies(const Rows& rows);
  Task<Result<void>> check_alone(const Rows& rows);
  Task<Result<void>> check_bell_of(const record::Queued& item);
  // check_messages.cpp
  Task<Result<void>> check_uses(const Rows& rows);
  Task<Result<void>> check_messages(const Rows& rows);
  Task<Result<void>> check_listed(std::uint64_t id, const record::StoredMessage& message);
  Task<Result<void>> check_message_ids(const Rows& rows);
  Task<Result<void>> check_blobs();
  Task<Result<void>> check_missing_blobs(const Rows& rows);

  Task<Result<void>> walk(store::Scan scan, Page page);
  /// Commits `repair` when repairs are wanted. False: nothing was to be done, or somebody changed the rows meanwhile.
  Task<Result<bool>> apply(store::Batch repair);
  /// Reports, after committing `repair` when there is one and repairs are wanted.
  Task<Result<void>> note(std::string_view name, std::string text, store::Batch repair = {});
  /// Counts are put right only when every record could be read: what one says that could not is not known.
  store::Batch if_sure(store::Batch repair) const { return unreadable_ ? store::Batch() : std::move(repair); }
  void note_unreadable(std::string_view what, const store::KeyValue& row);
  void count_blob(const BlobId& id) { ++blobs_.at(blob_key(id)).count; }
  static std::uint64_t blob_key(const BlobId& id);
  void saw_number(const char* kind, std::uint64_t number) { highest_[kind] = std::max(highest_[kind], number); }

  store::Store& store_;
  Repair repair_;
  std::function<void(const Finding&)> report_;
  std::map<std::uint64_t, AccountState> accounts_;
  std::unordered_map<std::uint64_t, Tally> mailboxes_;
  CountTable messages_;  ///< entries that show each message; `seen`: its record is there
  CountTable blobs_;     ///< references that records hold; `seen`: the store has it
  std::map<std::string, std::uint64_t, std::less<>> bells_;  ///< of each destination: the first one
  bool blobs_missing_ = false;
  bool unreadable_ = false;
  std::map<std::string, std::uint64_t> highest_;
  /// Account, numbers of the revisions of its signature that are there: the current one, and older ones that are kept.
  std::map<std::uint64_t, std::set<std::uint64_t>> heads_;
};

}  // namespace paraph::service
