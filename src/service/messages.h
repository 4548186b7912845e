#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "store/store.h"

namespace paraph::service {

/// A stored message as every reader gets it: shared, immutable, kept in a bounded cache (by octets) for all sessions.
using MessagePtr = std::shared_ptr<const record::StoredMessage>;

/// Octets of one piece handed to a Messages::Sink, at most.
inline constexpr std::size_t kPieceBytesMax = 256 * 1024;

/// Reads stored messages. Any event loop.
class Messages {
 public:
  Messages(store::Store& store, std::size_t cache_bytes_max);
  ~Messages();

  Task<Result<MessagePtr>> load(MessageId id);                                  ///< NotFound
  Task<Result<std::vector<MessagePtr>>> load_many(std::vector<MessageId> ids);  ///< nullptr where one is gone
  /// One that was read lately; nullptr: it must be loaded. A record never changes; it may be gone.
  MessagePtr find_known(MessageId id) const;
  /// One that was just stored, and is soon asked for.
  void keep(MessageId id, record::StoredMessage message);

  /// The octets of the message on the wire in `range`, handed to `sink` in pieces of at most 256 KiB, in order; each
  /// view is valid during the call only. Used for FETCH BODY[...]: nothing is held whole. `sink` may wait (on a peer).
  using Sink = std::function<Task<void>(std::string_view)>;
  Task<Result<void>> read(MessagePtr message, mail::Range range, Sink sink);
  /// The same, collected: for ranges known to be small. TooLarge past `bytes_max`.
  Task<Result<std::string>> read_all(MessagePtr message, mail::Range range, std::size_t bytes_max);

  /// The decoded octets [offset, offset+length) of leaf `part` (BINARY, audio export). length is clamped to what is
  /// there. Unsupported: unknown transfer encoding.
  Task<Result<void>> read_decoded(MessagePtr message, std::uint32_t part, std::uint64_t offset, std::uint64_t length,
                                  Sink sink);
  /// Its whole length, decoded. Known from the record for canonical base64, else by decoding.
  Task<Result<std::uint64_t>> decoded_bytes(MessagePtr message, std::uint32_t part);

 private:
  struct Cache;
  Result<MessagePtr> parse_and_keep(MessageId id, const std::string& octets);
  Task<Result<void>> decode(MessagePtr message, mail::Range body, mail::Encoding encoding, std::uint64_t begin,
                            std::uint64_t end, Sink sink, std::uint64_t& bytes);

  store::Store& store_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace paraph::service
