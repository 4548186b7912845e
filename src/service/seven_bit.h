#pragma once
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// A message, and those of its blobs that are not in the store yet.
struct Form {
  record::StoredMessage message;
  std::vector<mail::NewBlob> blobs;
};

/// Are there octets above 127? Looks no further than the first; base64 has none. Codes of the store. `rope` outlives
/// the call. One event loop; in memory are some tens of kilobytes.
Task<Result<bool>> has_8bit(store::Store& store, const mail::Rope& rope);

/// `message` for a server without 8BITMIME (RFC 6152 §3): 8-bit text becomes quoted-printable, or base64 where that is
/// shorter; other 8-bit leaves become base64; what composites say of themselves becomes 7bit. All else stays, octet for
/// octet, and a message without octets above 127 is what it was, whatever it says of itself. All of `message` must be
/// in the store. Unsupported: it cannot be without harm (8-bit octets in a header or between parts, below
/// multipart/signed or multipart/encrypted, in what is not looked into), or its 8-bit leaves are longer than 8 MiB
/// together. NotFound: a blob is gone. One event loop; in memory is what is encoded.
Task<Result<Form>> to_seven_bit(store::Store& store, record::StoredMessage message);

}  // namespace paraph::service
