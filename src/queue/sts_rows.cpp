#include "queue/sts_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "record/keys.h"

namespace paraph::queue {
namespace {

constexpr std::size_t kDomainBytesMax = 255;
constexpr std::size_t kLookedAt = 32;   ///< rows, of at most some 16 KiB each
constexpr std::size_t kGivenUpMax = 2;  ///< more than a save adds: what is too much becomes less

struct Aged {
  store::KeyValue row;
  Time fetched;  ///< of what is over, and what cannot be read: never
};

/// The one fetched longest ago first.
std::vector<Aged> by_age(std::vector<store::KeyValue> rows, Time now) {
  std::vector<Aged> aged;
  for (auto& row : rows) {
    const auto policy = record::parse_tls_policy(row.value);
    aged.push_back({std::move(row), policy && policy->until > now ? policy->fetched : Time::min()});
  }
  std::ranges::sort(aged, {}, &Aged::fetched);
  return aged;
}

}  // namespace

Task<Result<std::optional<record::TlsPolicy>>> StsRows::load(std::string domain) {
  if (domain.empty() || domain.size() > kDomainBytesMax) co_return std::nullopt;
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::tls_policy_key(domain)));
  if (!octets) co_return std::nullopt;
  auto policy = record::parse_tls_policy(*octets);
  if (!policy) {
    log(Level::Error, "mta-sts domain={}: {}", printable(domain), policy.error().text);
    co_return std::nullopt;
  }
  if (policy->until <= clock_.now()) co_return std::nullopt;
  co_return *std::move(policy);
}

Task<Result<void>> StsRows::save(std::string domain, record::TlsPolicy policy) {
  if (domain.empty() || domain.size() > kDomainBytesMax) co_return Result<void>();
  store::Write write{.key = record::tls_policy_key(domain), .value = std::nullopt};
  if (policy.until > clock_.now()) write.value = record::format_tls_policy(policy);
  store::Batch batch;
  PARAPH_CO_CHECK(co_await add_sweep(batch, write.key));
  batch.writes.push_back(write);
  const auto done = co_await store_.commit(std::move(batch));
  if (done || done.error().code != Code::Conflict) co_return done;
  // What was to go was written anew at the same time. Others look at it again.
  store::Batch alone;
  alone.writes.push_back(std::move(write));
  co_return co_await store_.commit(std::move(alone));
}

/// Moves the hand past `rows`, which begin at `from`, unless another look did so. The rows of the turn before.
std::size_t StsRows::count_turn(const std::string& from, const std::vector<store::KeyValue>& rows) {
  const std::lock_guard lock(mutex_);
  if (hand_ != from) return counted_;
  turn_ += rows.size();
  if (rows.size() == kLookedAt) {
    hand_ = rows.back().key + '\0';
  } else {
    hand_.clear();
    counted_ = std::exchange(turn_, 0);
  }
  return counted_;
}

Task<Result<void>> StsRows::add_sweep(store::Batch& batch, const std::string& except) {
  auto scan = record::all_with(record::tls_policies_prefix());
  scan.entries_max = kLookedAt;
  std::string from;
  {
    const std::lock_guard lock(mutex_);
    from = hand_;
  }
  if (!from.empty()) scan.from = from;
  PARAPH_CO_TRY(auto rows, co_await store_.scan(std::move(scan)));
  const auto counted = count_turn(from, rows);
  std::erase_if(rows, [&](const store::KeyValue& row) { return row.key == except; });
  std::size_t gone = 0;
  for (auto& [row, fetched] : by_age(std::move(rows), clock_.now())) {
    const bool too_many = counted > kRowsMax && gone < kGivenUpMax;
    if (fetched != Time::min() && !too_many) break;
    batch.writes.push_back({row.key, std::nullopt});
    batch.expects.push_back({std::move(row.key), std::move(row.value)});
    ++gone;
  }
  co_return Result<void>();
}

}  // namespace paraph::queue
