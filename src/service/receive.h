#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "mime/intake.h"
#include "record/codec.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// Step 1 of a deposit, and APPEND's way in: octets from a peer become a rope, blob by blob, while they arrive. What is
/// held in memory is at most one blob. Blobs of a message larger than that are put early, held by an Upload record that
/// the server gives back when it starts after a crash. One event loop. Destroying an unfinished one gives its blobs
/// back in the background (abandon() does it now).
class Receiver {
 public:
  /// With Content::Hashed the message knows what tells its octets from any others.
  enum class Content { NotHashed, Hashed };
  Receiver(store::Store& store, const Clock& clock, std::uint64_t message_bytes_max,
           Content content = Content::NotHashed);
  ~Receiver();
  /// TooLarge: past the limit (keep feeding nothing; call abandon()). NoSpace, Unavailable from the store.
  Task<Result<void>> feed(std::string_view octets);
  /// The message as received; to be handed to Mailboxes::append, through the pipeline or straight.
  Task<Result<NewMessage>> finish();
  Task<void> abandon();
  std::uint64_t bytes() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// Gives back the blobs of uploads that a crash cut short. Call once, before listening. Returns how many uploads there
/// were.
Task<Result<std::size_t>> recover_uploads(store::Store& store);

}  // namespace paraph::service
