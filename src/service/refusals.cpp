#include "service/refusals.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "record/keys.h"

namespace paraph::service {
namespace {

constexpr std::size_t kReplyBytesMax = 400;

}  // namespace

std::string name_of(record::LeftOut left_out) {
  switch (left_out) {
    case record::LeftOut::Nothing:
      return "";
    case record::LeftOut::Voice:
      return "voice";
    case record::LeftOut::Media:
      return "voice, picture, HTML";
    case record::LeftOut::Signature:
      return "signature";
  }
  return "";
}

Task<Result<record::LeftOut>> Refusals::find(std::string domain) {
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::refusal_key(domain)));
  if (!octets) co_return record::LeftOut::Nothing;
  // A row that cannot be read says nothing (`paraph check` tells): it is no reason to keep a message.
  const auto refusal = record::parse_refusal(*octets);
  co_return refusal && refusal->until > clock_.now() ? refusal->left_out : record::LeftOut::Nothing;
}

Task<Result<void>> Refusals::note(std::string domain, record::LeftOut left_out, std::string reply) {
  const auto key = record::refusal_key(domain);
  PARAPH_CO_TRY(auto before, co_await store_.get(key));
  if (before) {
    const auto known = record::parse_refusal(*before);
    if (known && known->until > clock_.now()) left_out = std::max(left_out, known->left_out);
  }
  if (reply.size() > kReplyBytesMax) reply.resize(kReplyBytesMax);
  const record::Refusal refusal{.left_out = left_out, .until = clock_.now() + kKeptFor, .reply = std::move(reply)};
  store::Batch batch;
  if (!before) {
    PARAPH_CO_CHECK(co_await make_room(batch));
  }
  batch.expects.push_back({key, std::move(before)});
  batch.writes.push_back({key, record::format_refusal(refusal)});
  co_return co_await store_.commit(std::move(batch));
}

/// Erases rows whose time is over, and at the bound the one that would be next. Those that cannot be read count as
/// over.
Task<Result<void>> Refusals::make_room(store::Batch& batch) {
  auto scan = record::all_with(record::refusals_prefix());
  scan.entries_max = kRefusalsMax + 1;
  PARAPH_CO_TRY(auto rows, co_await store_.scan(std::move(scan)));
  const auto until = [](const store::KeyValue& row) {
    const auto refusal = record::parse_refusal(row.value);
    return refusal ? refusal->until : Time{};
  };
  const auto now = clock_.now();
  std::vector<store::KeyValue> kept;
  for (auto& row : rows) {
    if (until(row) > now) {
      kept.push_back(std::move(row));
    } else {
      batch.writes.push_back({row.key, std::nullopt});
    }
  }
  if (kept.size() < kRefusalsMax) co_return Result<void>();
  const auto first = std::ranges::min_element(kept, {}, until);
  batch.writes.push_back({first->key, std::nullopt});
  co_return Result<void>();
}

Task<Result<std::vector<Refusals::Row>>> Refusals::list() {
  auto scan = record::all_with(record::refusals_prefix());
  scan.entries_max = 2 * kRefusalsMax;
  PARAPH_CO_TRY(const auto rows, co_await store_.scan(std::move(scan)));
  std::vector<Row> found;
  for (const auto& row : rows) {
    auto refusal = record::parse_refusal(row.value);
    if (refusal && refusal->until > clock_.now())
      found.push_back({.domain = row.key.substr(1), .refusal = *std::move(refusal)});
  }
  co_return found;
}

Task<Result<void>> Refusals::forget(std::string domain) {
  const auto key = record::refusal_key(lowered(domain));
  PARAPH_CO_TRY(const auto there, co_await store_.get(key));
  if (!there) co_return fail(Code::NotFound, fmt::format("{} refused nothing of signatures", printable(domain)));
  store::Batch batch;
  batch.writes.push_back({key, std::nullopt});
  co_return co_await store_.commit(std::move(batch));
}

}  // namespace paraph::service
