#include "service/remote_rows.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "record/keys.h"
#include "service/signature_rows.h"

namespace paraph::service {
namespace {

constexpr std::size_t kRowsPerPage = 500;

/// What is the same in both stays as it is.
void settle_media(store::Batch& batch, const mail::Signature& before, const mail::Signature& next) {
  const auto old = media_of(before), now = media_of(next);
  std::ranges::set_difference(now, old, std::back_inserter(batch.retains));
  std::ranges::set_difference(old, now, std::back_inserter(batch.releases));
}

Task<Result<void>> erase_row(store::Store& store, std::string key) {
  PARAPH_CO_TRY(auto octets, co_await store.get(key));
  if (!octets) co_return Result<void>();
  store::Batch batch;
  // A damaged row is taken away all the same; `paraph check` finds the references that it held.
  if (const auto remote = record::parse_remote_signature(*octets)) batch.releases = media_of(remote->signature);
  batch.expects.push_back({key, std::move(octets)});
  batch.writes.push_back({std::move(key), std::nullopt});
  co_return co_await store.commit(std::move(batch));
}

}  // namespace

RemoteRows::RemoteRows(store::Store& store, std::string source, std::size_t rows_max,
                       std::function<void(const std::string&)> gone)
    : store_(store), source_(std::move(source)), rows_max_(rows_max), gone_(std::move(gone)) {}

bool RemoteRows::fits(std::string_view owner) const {
  return !owner.empty() && !owner.contains('\0') && owner.size() + source_.size() + 2 <= store::kKeyBytesMax;
}

Task<Result<RemoteRows::Row>> RemoteRows::load(std::string owner) {
  Row row;
  PARAPH_CO_TRY(row.octets, co_await store_.get(record::remote_signature_key(source_, owner)));
  if (!row.octets) co_return row;
  auto remote = record::parse_remote_signature(*row.octets);
  if (remote) {
    row.remote = std::move(*remote);
  } else {
    log(Level::Error, "source={} owner={}: {}", source_, printable(owner), remote.error().text);
  }
  co_return row;
}

Task<Result<void>> RemoteRows::save(std::string owner, Row before, record::RemoteSignature next,
                                    std::vector<mail::NewBlob> blobs) {
  const auto key = record::remote_signature_key(source_, owner);
  const auto stale_until = next.stale_until;
  store::Batch batch;
  settle_media(batch, before.remote.signature, next.signature);
  batch.blobs = std::move(blobs);
  batch.expects.push_back({key, std::move(before.octets)});
  batch.writes.push_back({key, record::format_remote_signature(next)});
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  note(owner, stale_until);
  co_return Result<void>();
}

Task<Result<void>> RemoteRows::erase(std::string owner) {
  PARAPH_CO_CHECK(co_await erase_row(store_, record::remote_signature_key(source_, owner)));
  note(owner, std::nullopt);
  co_return Result<void>();
}

Task<Result<void>> RemoteRows::recover(Time now) {
  auto scan = record::all_with(record::remote_signature_key(source_, ""));
  scan.entries_max = kRowsPerPage;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(scan));
    for (const auto& row : rows) {
      const auto names = record::remote_signature_names(row.key);
      const auto remote = record::parse_remote_signature(row.value);
      // A damaged one goes first.
      if (names) note(std::string(names->second), remote ? remote->stale_until : Time());
    }
    if (rows.size() < kRowsPerPage) break;
    scan.from = rows.back().key + '\0';
  }
  co_return co_await make_room(now);
}

Task<Result<void>> RemoteRows::make_room(Time now) {
  while (const auto owner = one_too_many(now)) {
    gone_(*owner);
    PARAPH_CO_CHECK(co_await erase(*owner));
  }
  co_return Result<void>();
}

std::size_t RemoteRows::count() const {
  const std::lock_guard lock(mutex_);
  return ends_.size();
}

void RemoteRows::note(const std::string& owner, std::optional<Time> stale_until) {
  const std::lock_guard lock(mutex_);
  if (const auto known = ends_.find(owner); known != ends_.end()) {
    by_end_.erase({known->second, owner});
    ends_.erase(known);
  }
  if (!stale_until) return;
  by_end_.emplace(*stale_until, owner);
  ends_.emplace(owner, *stale_until);
}

std::optional<std::string> RemoteRows::one_too_many(Time now) const {
  const std::lock_guard lock(mutex_);
  if (by_end_.empty() || (ends_.size() <= rows_max_ && by_end_.begin()->first > now)) return std::nullopt;
  return by_end_.begin()->second;
}

Task<Result<std::size_t>> forget_other_sources(store::Store& store, std::vector<std::string> names) {
  std::size_t forgotten = 0;
  auto scan = record::all_with(record::remote_signatures_prefix());
  scan.entries_max = kRowsPerPage;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store.scan(scan));
    for (const auto& row : rows) {
      const auto found = record::remote_signature_names(row.key);
      if (found && std::ranges::find(names, found->first) != names.end()) continue;
      PARAPH_CO_CHECK(co_await erase_row(store, row.key));
      ++forgotten;
    }
    if (rows.size() < kRowsPerPage) co_return forgotten;
    scan.from = rows.back().key + '\0';
  }
}

}  // namespace paraph::service
