#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::record {

/// Hands out ids: "message", "mailbox", "account", "upload". Never the same one twice, also across a crash: a block of
/// ids is taken from the store's counter (keys.h, `I`) in a commit of its own before the first of them is handed out,
/// and what a crash leaves of a block is never used. One per process; every call may come from any event loop. Ids
/// begin at 1.
class Numbers {
 public:
  explicit Numbers(store::Store& store, std::uint64_t block = 1024) : store_(store), block_(block) {}
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;

  /// The next free id of `kind`. Waits for the store once in `block` calls, else answers at once. Codes: those of
  /// commit(), except Conflict, and Corrupt.
  Task<Result<std::uint64_t>> next(std::string kind);

 private:
  struct Block {
    std::uint64_t next = 0;
    std::uint64_t end = 0;
  };
  std::optional<std::uint64_t> take(std::string_view kind);
  Task<Result<void>> reserve(std::string kind);

  store::Store& store_;
  std::uint64_t block_;
  std::mutex mutex_;
  std::map<std::string, std::deque<Block>, std::less<>> blocks_;  ///< under mutex_; empty blocks do not stay
};

}  // namespace paraph::record
