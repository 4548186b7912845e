#include "service/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "base/text.h"
#include "record/keys.h"
#include "service/check_walk.h"

namespace paraph::service {
namespace {

constexpr std::size_t kRowsPerPage = 1000;
constexpr int kWalksMax = 3;
/// Findings that are held back to see whether they stay; a store with more is broken, not busy.
constexpr std::size_t kFindingsHeldMax = 10'000;

using Findings = std::vector<Finding>;

Findings in_both(const Findings& before, const Findings& now) {
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& finding : before) known.emplace(finding.name, finding.text);
  Findings both;
  std::ranges::copy_if(now, std::back_inserter(both),
                       [&](const Finding& f) { return known.contains({f.name, f.text}); });
  return both;
}

Task<Result<Findings>> walk_once(store::Store& store, Repair repair) {
  Findings findings;
  CheckWalk walk(store, repair, [&](const Finding& finding) {
    if (findings.size() < kFindingsHeldMax) findings.push_back(finding);
  });
  PARAPH_CO_CHECK(co_await walk.run());
  co_return findings;
}

}  // namespace

Task<Result<std::size_t>> check_store(store::Store& store, Repair repair, std::function<void(const Finding&)> report) {
  Findings findings;
  for (int walks = 1; walks <= kWalksMax; ++walks) {
    const auto before = store.counters().batches;
    PARAPH_CO_TRY(auto found, co_await walk_once(store, repair));
    const bool busy = store.counters().batches != before;
    findings = walks == 1 ? std::move(found) : in_both(findings, found);
    // What changes during a walk may look wrong; what is wrong looks the same the next time.
    if (findings.empty() || !busy || repair == Repair::Yes) break;
  }
  for (const auto& finding : findings) report(finding);
  co_return findings.size();
}

std::uint64_t CheckWalk::blob_key(const BlobId& id) {
  std::uint64_t key = 0;
  std::memcpy(&key, id.digest.data(), sizeof key);
  return key;
}

Task<Result<bool>> CheckWalk::apply(store::Batch repair) {
  if (repair_ == Repair::No || repair.writes.empty()) co_return false;
  auto done = co_await store_.commit(std::move(repair));
  if (!done && done.error().code != Code::Conflict) co_return fail(std::move(done));
  co_return done.has_value();
}

Task<Result<void>> CheckWalk::note(std::string_view name, std::string text, store::Batch repair) {
  PARAPH_CO_TRY(const bool repaired, co_await apply(std::move(repair)));
  report_({.name = std::string(name), .text = std::move(text), .repaired = repaired});
  co_return Result<void>();
}

void CheckWalk::note_unreadable(std::string_view what, const store::KeyValue& row) {
  unreadable_ = true;
  report_(
      {.name = "record.unreadable", .text = fmt::format("the {} at key {} cannot be read", what, printable(row.key))});
}

Task<Result<void>> CheckWalk::walk(store::Scan scan, Page page) {
  scan.entries_max = kRowsPerPage;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(scan));
    auto checked = (this->*page)(rows);
    PARAPH_CO_CHECK(co_await std::move(checked));
    if (rows.size() < kRowsPerPage) co_return Result<void>();
    scan.from = rows.back().key + '\0';
  }
}

Task<Result<void>> CheckWalk::run() {
  const auto all = [](const char* prefix) { return record::all_with(prefix); };
  PARAPH_CO_CHECK(co_await check_unknown_keys());
  for (const char* family : {"D", "F", "I", "K"}) {
    PARAPH_CO_CHECK(co_await walk(all(family), &CheckWalk::check_small));
  }
  PARAPH_CO_CHECK(co_await walk(all("R"), &CheckWalk::check_key_ring));
  for (const char* family : {"P", "p", "E"}) {
    PARAPH_CO_CHECK(co_await walk(all(family), &CheckWalk::check_policies));
  }
  PARAPH_CO_CHECK(co_await walk(all("k"), &CheckWalk::check_dkim_keys));
  PARAPH_CO_CHECK(co_await walk(all("A"), &CheckWalk::check_accounts));
  PARAPH_CO_CHECK(co_await walk(all("a"), &CheckWalk::check_addresses));
  PARAPH_CO_CHECK(co_await walk(all("M"), &CheckWalk::check_mailboxes));
  PARAPH_CO_CHECK(co_await walk(all("n"), &CheckWalk::check_names));
  PARAPH_CO_CHECK(co_await walk(all("e"), &CheckWalk::check_entries));
  PARAPH_CO_CHECK(co_await walk(all("c"), &CheckWalk::check_changes));
  PARAPH_CO_CHECK(co_await check_tallies());
  PARAPH_CO_CHECK(co_await walk(all("q"), &CheckWalk::check_quotas));
  PARAPH_CO_CHECK(co_await check_missing_quotas());
  PARAPH_CO_CHECK(co_await walk(all("d"), &CheckWalk::check_bells));
  PARAPH_CO_CHECK(co_await walk(all("Q"), &CheckWalk::check_items));
  PARAPH_CO_CHECK(co_await walk(all("Q"), &CheckWalk::check_alone));
  for (const char* family : {"w", "t", "x"}) {
    PARAPH_CO_CHECK(co_await walk(all(family), &CheckWalk::check_item_finders));
  }
  PARAPH_CO_CHECK(co_await walk(all("l"), &CheckWalk::check_leases));
  PARAPH_CO_CHECK(co_await walk(all("b"), &CheckWalk::check_refusals));
  PARAPH_CO_CHECK(co_await walk(all("T"), &CheckWalk::check_tls_policies));
  PARAPH_CO_CHECK(co_await walk(all("m"), &CheckWalk::check_messages));
  PARAPH_CO_CHECK(co_await walk(all("u"), &CheckWalk::check_uses));
  PARAPH_CO_CHECK(co_await walk(all("i"), &CheckWalk::check_message_ids));
  PARAPH_CO_CHECK(co_await walk(all("s"), &CheckWalk::check_heads));
  PARAPH_CO_CHECK(co_await walk(all("S"), &CheckWalk::check_signatures));
  PARAPH_CO_CHECK(co_await walk(all("r"), &CheckWalk::check_remote_signatures));
  PARAPH_CO_CHECK(co_await walk(all("U"), &CheckWalk::check_uploads));
  PARAPH_CO_CHECK(co_await check_numbers());
  PARAPH_CO_CHECK(co_await check_blobs());
  if (blobs_missing_) {
    PARAPH_CO_CHECK(co_await walk(all("m"), &CheckWalk::check_missing_blobs));
  }
  co_return Result<void>();
}

}  // namespace paraph::service
