#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "record/codec.h"
#include "signature/field.h"
#include "store/store.h"

namespace paraph::service {

/// The keys of the Paraph-Signature field (spec 2.6 s=, 5.1): k1, k2, ... The newest signs; one that was retired still
/// verifies for kVerifiesFor. Read from the store once in a process and kept; any event loop. One per process, so that
/// rotate() takes effect at once.
class KeyRing {
 public:
  static constexpr std::chrono::hours kVerifiesFor{30 * 24};

  KeyRing(store::Store& store, crypto::Random& random, const Clock& clock)
      : store_(store), random_(random), clock_(clock) {}

  /// The key that signs now; made at its first use. Codes of the store.
  Task<Result<signature::FieldKey>> active();
  /// The secrets that verify now, by their id: the active one, and those retired less than kVerifiesFor ago.
  using Secrets = std::map<std::string, std::string, std::less<>>;
  Task<Result<Secrets>> verifying();
  /// Oldest first, the active one last.
  Task<Result<std::vector<record::RingKey>>> list();
  /// Retires the active key and makes the next one, which it answers. Keys that no longer verify anything are
  /// forgotten. Conflict: somebody else rotated at once.
  Task<Result<record::RingKey>> rotate();

 private:
  struct Loaded {
    std::vector<record::RingKey> ring;
    std::map<std::string, std::string, std::less<>> secrets;
    std::optional<std::string> octets;  ///< of the ring's row
  };
  Task<Result<Loaded>> load();
  Task<Result<Loaded>> read();

  store::Store& store_;
  crypto::Random& random_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Loaded> loaded_;  ///< under mutex_
  std::uint64_t rotations_ = 0;   ///< under mutex_: what was read before one is not kept
};

}  // namespace paraph::service
