#include "service/message_uses.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/log.h"
#include "base/text.h"
#include "record/keys.h"
#include "service/message_ids.h"

namespace paraph::service {
namespace {

/// Records that are in memory at once; one may hold a megabyte.
constexpr std::size_t kRecordsMax = 32;

void erase_message(store::Batch& batch, MessageId id, const record::StoredMessage& message) {
  batch.writes.push_back({record::message_key(id), std::nullopt});
  const auto hash = message_id_hash(message.structure.root().envelope->message_id);
  if (message.listed && hash) batch.writes.push_back({record::message_id_key(*hash, id), std::nullopt});
  const auto blobs = blobs_of(message);
  batch.releases.insert(batch.releases.end(), blobs.begin(), blobs.end());
}

/// Erases the records of messages that nobody shows any more, and gives their blobs back.
Task<Result<void>> erase_messages(store::Store& store, store::Batch& batch, std::span<const MessageId> messages) {
  std::vector<std::string> keys;
  for (const MessageId message : messages) keys.push_back(record::message_key(message));
  PARAPH_CO_TRY(const auto records, co_await store.get_many(std::move(keys)));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!records[i]) continue;
    const auto message = record::parse_message(*records[i]);
    if (message) {
      erase_message(batch, messages[i], *message);
      continue;
    }
    batch.writes.push_back({record::message_key(messages[i]), std::nullopt});
    log(Level::Error, "message={} cannot be read and is removed, its blobs stay: run `paraph check`",
        messages[i].value);
  }
  co_return Result<void>();
}

}  // namespace

std::vector<BlobId> blobs_of(const record::StoredMessage& message) {
  std::vector<BlobId> blobs;
  const auto add = [&](const mail::Segment& segment) {
    if (segment.kind != mail::Segment::Kind::Inline) blobs.push_back(segment.blob);
  };
  for (const auto& segment : message.rope.segments) add(segment);
  for (const auto& run : message.plain) add(run.own);
  std::ranges::sort(blobs);
  const auto doubles = std::ranges::unique(blobs);
  blobs.erase(doubles.begin(), doubles.end());
  return blobs;
}

std::optional<std::uint64_t> parse_uses(const std::optional<std::string>& row) {
  if (!row) return 1;
  const auto uses = parse_decimal(*row);
  return uses == 0 ? std::nullopt : uses;
}

std::optional<std::string> format_uses(std::uint64_t uses) {
  return uses == 1 ? std::nullopt : std::optional(fmt::to_string(uses));
}

std::vector<MessageId> UseEdits::messages() const {
  std::vector<MessageId> ids;
  ids.reserve(changes_.size());
  for (const auto& [message, change] : changes_) ids.push_back(message);
  return ids;
}

Task<Result<void>> UseEdits::apply(store::Store& store, store::Batch& batch, const Messages* messages) const {
  auto unused = alone_;
  PARAPH_CO_CHECK(co_await count(store, batch, unused));
  std::vector<MessageId> unknown;
  for (const auto message : unused) {
    const auto known = messages == nullptr ? nullptr : messages->find_known(message);
    if (known) {
      erase_message(batch, message, *known);
    } else {
      unknown.push_back(message);
    }
  }
  for (std::span<const MessageId> rest(unknown); !rest.empty();) {
    const std::size_t count = std::min(rest.size(), kRecordsMax);
    PARAPH_CO_CHECK(co_await erase_messages(store, batch, rest.first(count)));
    rest = rest.subspan(count);
  }
  co_return Result<void>();
}

/// Writes what the counters become, and adds to `unused` the messages that nothing uses any more.
Task<Result<void>> UseEdits::count(store::Store& store, store::Batch& batch, std::vector<MessageId>& unused) const {
  if (changes_.empty()) co_return Result<void>();
  std::vector<std::string> keys;
  keys.reserve(changes_.size());
  for (const auto& [message, change] : changes_) keys.push_back(record::message_uses_key(message));
  PARAPH_CO_TRY(auto counters, co_await store.get_many(std::move(keys)));
  std::size_t index = 0;
  for (const auto& [message, change] : changes_) {
    auto& counter = counters[index++];
    const auto count = parse_uses(counter);
    if (!count && change > 0) co_return fail(Code::NotFound, "how often the message is used is not known");
    if (!count) log(Level::Error, "message={} its uses counter is no number, run `paraph check`", message.value);
    if (!count || change == 0) continue;
    const auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(0, static_cast<std::int64_t>(*count) + change));
    auto row = left == 0 ? std::nullopt : format_uses(left);
    const std::string key = record::message_uses_key(message);
    if (row != counter) batch.writes.push_back({key, std::move(row)});
    batch.expects.push_back({key, std::move(counter)});
    if (left == 0) unused.push_back(message);
  }
  co_return Result<void>();
}

}  // namespace paraph::service
