#include "service/repeats.h"

#include <algorithm>
#include <utility>

#include "crypto/sha256.h"
#include "record/keys.h"
#include "service/unix_seconds.h"

namespace paraph::service {
namespace {

constexpr std::uint32_t kLookEvery = 32;  ///< deliveries
constexpr std::size_t kLookedAt = 64;     ///< rows

/// No part of an envelope holds a NUL, so nothing can be shifted from one part to the next.
std::string key_of(const Handed& handed) {
  std::vector<std::string> recipients;
  for (const auto& recipient : handed.recipients) recipients.push_back(recipient.address.key());
  std::ranges::sort(recipients);
  crypto::Sha256 hash;
  const auto add = [&](std::string_view part) {
    hash.update(part);
    hash.update(std::string_view("\0", 1));
  };
  add(handed.peer);
  add(handed.reverse_path.text());
  for (const auto& recipient : recipients) add(recipient);
  hash.update(handed.content.view());
  return record::repeat_key(hash.finish());
}

bool is_fresh(const std::optional<std::string>& row, std::uint64_t now) {
  const auto until = row ? record::parse_number_value(*row) : std::nullopt;
  return until && *until > now;
}

}  // namespace

std::uint64_t Repeats::now() const { return unix_seconds(clock_.now()); }

Task<Result<Repeats::Seen>> Repeats::look(const Handed& handed) {
  Seen seen{.key = key_of(handed)};
  PARAPH_CO_TRY(seen.row, co_await store_.get(seen.key));
  seen.here = is_fresh(seen.row, now());
  co_return seen;
}

Along Repeats::note(Seen seen) {
  return [this, seen = std::move(seen), first = true](store::Batch& batch, const std::vector<mail::Entry>&) mutable {
    return add(batch, seen, std::exchange(first, false));
  };
}

/// The first try rests on what was seen: when that is no longer so the batch is refused, and the next try looks again.
Task<Result<void>> Repeats::add(store::Batch& batch, Seen& seen, bool first) {
  if (!first) {
    PARAPH_CO_TRY(seen.row, co_await store_.get(seen.key));
  }
  if (is_fresh(seen.row, now())) co_return fail(Code::Exists, "the message is here already");
  const auto until = now() + std::chrono::seconds(kRemembered).count();
  batch.expects.push_back({seen.key, seen.row});
  batch.writes.push_back({seen.key, record::number_value(until)});
  co_return co_await add_stale(batch, seen.key);
}

/// Old rows go with this batch, if it is its turn to look for some.
Task<Result<void>> Repeats::add_stale(store::Batch& batch, const std::string& except) {
  store::Scan scan = record::all_with(record::repeats_prefix());
  scan.entries_max = kLookedAt;
  {
    const std::scoped_lock lock(mutex_);
    if (++noted_ % kLookEvery != 0) co_return Result<void>();
    if (!hand_.empty()) scan.from = hand_;
  }
  PARAPH_CO_TRY(auto rows, co_await store_.scan(std::move(scan)));
  {
    const std::scoped_lock lock(mutex_);
    hand_ = rows.size() < kLookedAt ? "" : rows.back().key + '\0';
  }
  for (auto& row : rows) {
    if (row.key == except || is_fresh(row.value, now())) continue;
    batch.writes.push_back({row.key, std::nullopt});
    batch.expects.push_back({std::move(row.key), std::move(row.value)});
  }
  co_return Result<void>();
}

}  // namespace paraph::service
