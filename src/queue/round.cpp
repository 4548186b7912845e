// Nobody is forgotten (queue_inside.h). A bell is taken away when nothing is due; by whose clock? One that goes back,
// or another node's that is behind, may see nothing where there is something, and then nobody would ever look again.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "queue/queue_inside.h"
#include "record/keys.h"

namespace paraph::queue {
namespace {

constexpr std::chrono::hours kRoundEvery{1};
constexpr int kRoundAtOnce = 500;
constexpr std::uint64_t kMinute = 60;

}  // namespace

/// One look-up a destination, some destinations at a time.
Task<Result<void>> Queue::Inside::go_round() {
  const auto now = with.clock.now();
  const bool resting = round_begun && now >= *round_begun && now - *round_begun < kRoundEvery;
  if (round_at.empty()) {
    if (resting) co_return Result<void>();
    round_begun = now;
    round_at = record::waiting_prefix();
  }
  for (int looks = 0; looks < kRoundAtOnce && !stopping(); ++looks) {
    auto scan = record::all_with(record::waiting_prefix());
    scan.from = round_at;
    scan.entries_max = 1;
    PARAPH_CO_TRY(const auto first, co_await with.store.scan(std::move(scan)));
    if (first.empty()) {
      round_at.clear();
      break;
    }
    const auto said = record::parse_waiting_key(first.front().key);
    if (!said) {  // `paraph check` tells
      round_at = first.front().key + '\0';
      continue;
    }
    std::string destination(said->destination);
    round_at = record::all_with(record::waiting_prefix(destination, said->priority)).to;
    if (said->due == record::kNever) continue;
    PARAPH_CO_CHECK(co_await ring_if_silent(std::move(destination), said->due));
  }
  co_return Result<void>();
}

/// Bells ring at the full minute, and for what is new at once or at the very second (service/queue_rows.h).
Task<Result<void>> Queue::Inside::ring_if_silent(std::string destination, std::uint64_t due) {
  const bool over = due <= service::queue_seconds(with.clock.now());
  const auto minute = (due + kMinute - 1) / kMinute * kMinute;
  std::vector<std::string> keys;
  for (const auto when : {std::uint64_t{0}, due, minute}) keys.push_back(record::bell_key(when, destination));
  PARAPH_CO_TRY(const auto found, co_await with.store.get_many(keys));
  const auto there = [](const std::optional<std::string>& value) { return value.has_value(); };
  if (std::ranges::any_of(found, there)) co_return Result<void>();
  log(Level::Warn, "queue to={} waits, and no bell was to ring for it: the clock may have gone back",
      printable(destination));
  store::Batch batch;
  batch.writes.push_back({over ? keys.front() : keys.back(), token()});
  co_return co_await with.store.commit(std::move(batch));
}

}  // namespace paraph::queue
