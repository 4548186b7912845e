#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::service {

enum class Repair { No, Yes };

/// One inconsistency: a stable name ("blob.references", "mailbox.count", ...) and a sentence.
struct Finding {
  std::string name;
  std::string text;
  bool repaired = false;
};

/// Walks the whole store and reports every inconsistency; repairs only when told, and only what can be put right
/// without guessing. Holds about 200 octets a mailbox, an account and a destination of the queue, and 40 a message and
/// a blob. A store that is written to meanwhile is walked again, up to three times, and what was found each time is
/// reported; repair only one that nobody writes to. Uploads under way are no findings. At most 10,000 findings. Returns
/// how many.
///
///   key.unknown, record.unreadable                               a key of no family; octets that are no such record
///   address.missing*, address.dangling*, name.missing*, name.dangling*      an index and what it leads to
///   mailbox.account, mailbox.count*, .unseen*, .bytes*, .tombstones*, .uid_next*, .modseq*      a record and its rows
///   entry.mailbox, entry.message*, change.missing*, change.extra*
///   message.unused, message.uses*, message.blob, message_id.missing*, message_id.dangling*      found by Message-ID
///   message.plain                                what it was before the signature, told by octets it has not
///   quota.bytes*, quota.messages*, number.low*
///   signature.account, signature.missing, signature.extra*
///   key.missing, policy.dangling*
///   queue.message, queue.missing*, queue.dangling*, queue.bell*      an item, the rows it is found by, its bell
///   queue.alone*                                 an item that says that it alone uses its message
///   dkim.domain*                                 a key of no local domain
///   blob.missing, blob.hash, blob.references*
///
/// Those with a star are repaired; counts only while every record can be read.
Task<Result<std::size_t>> check_store(store::Store& store, Repair repair, std::function<void(const Finding&)> report);

}  // namespace paraph::service
