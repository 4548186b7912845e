#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "mail/structure.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// Reads the octets of a message that is not in the store yet: blobs that come with it from memory, others (put early,
/// or a signature's) from the store. Both must outlive it. One event loop.
class NewOctets {
 public:
  NewOctets(store::Store& store, const std::vector<mail::NewBlob>& blobs) : store_(store), blobs_(blobs) {}

  /// Octets [range) of the rope's wire form. NotFound: a blob is gone.
  Task<Result<std::string>> read(const mail::Rope& rope, mail::Range range);

  /// Hands octets [range) to `sink` from beginning to end, some tens of kilobytes at a time. NotFound: a blob is gone.
  Task<Result<void>> stream(const mail::Rope& rope, mail::Range range, std::function<void(std::string_view)> sink);

  /// The rope's structure (mime/scan.h). Base64 segments are not looked into; Raw ones are read one after the other.
  Task<Result<mail::Structure>> scan(const mail::Rope& rope);

 private:
  Task<Result<std::string>> blob(const BlobId& id, std::uint64_t offset, std::uint64_t length);

  store::Store& store_;
  const std::vector<mail::NewBlob>& blobs_;
};

}  // namespace paraph::service
