#include "record/numbers.h"

#include <fmt/format.h>

#include "base/text.h"
#include "record/keys.h"

namespace paraph::record {

std::optional<std::uint64_t> Numbers::take(std::string_view kind) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(kind);
  if (found == blocks_.end() || found->second.empty()) return std::nullopt;
  Block& block = found->second.front();
  const std::uint64_t number = block.next++;
  if (block.next == block.end) found->second.pop_front();
  return number;
}

/// Two callers may both find nothing left and both come here: one of them gets Conflict and looks again, or both get a
/// block.
Task<Result<void>> Numbers::reserve(std::string kind) {
  const std::string key = counter_key(kind);
  PARAPH_CO_TRY(auto stored, co_await store_.get(key));
  const auto begin = stored ? parse_decimal(*stored) : std::optional<std::uint64_t>(1);
  if (!begin || *begin == 0 || *begin > UINT64_MAX - block_) {
    co_return fail(Code::Corrupt,
                   fmt::format("the store's counter of {} ids is not a number: run `paraph check`", kind));
  }
  store::Batch batch;
  batch.expects.push_back({key, std::move(stored)});
  batch.writes.push_back({key, fmt::to_string(*begin + block_)});
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  const std::lock_guard lock(mutex_);
  blocks_[kind].push_back({*begin, *begin + block_});
  co_return Result<void>();
}

Task<Result<std::uint64_t>> Numbers::next(std::string kind) {
  for (;;) {
    if (const auto number = take(kind)) co_return *number;
    auto reserved = co_await reserve(kind);
    if (!reserved && reserved.error().code != Code::Conflict) co_return fail(std::move(reserved));
  }
}

}  // namespace paraph::record
