// The passes of check_walk.h over messages and blobs.
#include <fmt/format.h>

#include "base/text.h"
#include "record/keys.h"
#include "service/check_walk.h"
#include "service/message_ids.h"
#include "service/message_uses.h"

namespace paraph::service {
namespace {

constexpr std::size_t kBlobsPerPage = 500;

}  // namespace

Task<Result<void>> CheckWalk::check_messages(const Rows& rows) {
  for (const auto& row : rows) {
    const std::uint64_t id = record::last_number(row.key, 8);
    saw_number("message", id);
    auto* shown = messages_.find(id);
    if (shown != nullptr) {
      shown->seen = true;
    } else {
      PARAPH_CO_CHECK(co_await note("message.unused", fmt::format("no mailbox shows message {}", id)));
    }
    const auto message = record::parse_message(row.value);
    if (!message) {
      note_unreadable("message", row);
      continue;
    }
    for (const auto& blob : blobs_of(*message)) count_blob(blob);
    PARAPH_CO_CHECK(co_await check_listed(id, *message));
    if (!mail::rope_of(message->plain, message->rope)) {
      PARAPH_CO_CHECK(
          co_await note("message.plain", fmt::format("what message {} was before its signature is not known", id)));
    }
    const std::string key = record::message_uses_key(MessageId{id});
    PARAPH_CO_TRY(auto uses, co_await store_.get(key));
    const std::uint32_t count = shown != nullptr ? shown->count : 0;
    if (count == 0 || parse_uses(uses) == count) continue;
    const std::string said = uses ? printable(*uses) : "1";
    store::Batch repair;
    repair.expects.push_back({key, std::move(uses)});
    repair.writes.push_back({key, format_uses(count)});
    PARAPH_CO_CHECK(co_await note("message.uses",
                                  fmt::format("message {} is counted {} times and used {} times", id, said, count),
                                  if_sure(std::move(repair))));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_uses(const Rows& rows) {
  for (const auto& row : rows) {
    const std::uint64_t id = record::last_number(row.key, 8);
    PARAPH_CO_TRY(const auto record, co_await store_.get(record::message_key(MessageId{id})));
    if (record) continue;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, std::nullopt});
    PARAPH_CO_CHECK(
        co_await note("message.uses", fmt::format("message {} is counted and not there", id), std::move(repair)));
  }
  co_return Result<void>();
}

/// A message of an older server is not listed, and need not be.
Task<Result<void>> CheckWalk::check_listed(std::uint64_t id, const record::StoredMessage& message) {
  const auto hash = message.listed ? message_id_hash(message.structure.root().envelope->message_id) : std::nullopt;
  if (!hash) co_return Result<void>();
  const auto key = record::message_id_key(*hash, MessageId{id});
  PARAPH_CO_TRY(const auto row, co_await store_.get(key));
  if (row) co_return Result<void>();
  store::Batch repair;
  repair.expects.push_back({key, std::nullopt});
  repair.writes.push_back({key, record::format_places({})});
  co_return co_await note("message_id.missing", fmt::format("message {} is not found by its Message-ID", id),
                          std::move(repair));
}

Task<Result<void>> CheckWalk::check_message_ids(const Rows& rows) {
  for (const auto& row : rows) {
    if (!record::parse_places(row.value)) {
      note_unreadable("place of a message", row);
      continue;
    }
    const MessageId id{record::last_number(row.key, 8)};
    PARAPH_CO_TRY(const auto octets, co_await store_.get(record::message_key(id)));
    const auto message = octets ? record::parse_message(*octets) : fail(Code::NotFound, "");
    if (octets && !message) continue;  // noted already
    const auto hash = message ? message_id_hash(message->structure.root().envelope->message_id) : std::nullopt;
    if (hash && record::message_id_key(*hash, id) == row.key) continue;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, std::nullopt});
    PARAPH_CO_CHECK(co_await note(
        "message_id.dangling", fmt::format("a Message-ID leads to message {}, which has another or is gone", id.value),
        std::move(repair)));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_blobs() {
  std::optional<BlobId> after;
  for (;;) {
    PARAPH_CO_TRY(const auto blobs, co_await store_.verify_blobs(after, kBlobsPerPage));
    for (const auto& blob : blobs) {
      auto& counted = blobs_.at(blob_key(blob.id));
      counted.seen = blob.present;
      const std::string name = hex(blob.id.view());
      if (!blob.present) {
        PARAPH_CO_CHECK(co_await note("blob.missing", fmt::format("the octets of blob {} are not there", name)));
      } else if (!blob.hash_matches) {
        PARAPH_CO_CHECK(
            co_await note("blob.hash", fmt::format("the octets of blob {} are not what its name says", name)));
      }
      if (blob.references == counted.count) continue;
      Finding finding{.name = "blob.references",
                      .text = fmt::format("blob {} is counted {} times and named by {} records", name, blob.references,
                                          counted.count)};
      if (repair_ == Repair::Yes && !unreadable_ && (blob.present || counted.count == 0)) {
        PARAPH_CO_CHECK(co_await store_.repair_blob(blob.id, counted.count));
        finding.repaired = true;
      }
      report_(finding);
    }
    if (blobs.size() < kBlobsPerPage) break;
    after = blobs.back().id;
  }
  blobs_.for_each(
      [&](const CountTable::Slot& slot) { blobs_missing_ = blobs_missing_ || (slot.count != 0 && !slot.seen); });
  co_return Result<void>();
}

/// Which messages the missing blobs are of: only when there are some.
Task<Result<void>> CheckWalk::check_missing_blobs(const Rows& rows) {
  for (const auto& row : rows) {
    const auto message = record::parse_message(row.value);
    if (!message) continue;
    for (const auto& blob : blobs_of(*message)) {
      if (blobs_.at(blob_key(blob)).seen) continue;
      PARAPH_CO_CHECK(co_await note("message.blob", fmt::format("message {} names blob {}, which is not there",
                                                                record::last_number(row.key, 8), hex(blob.view()))));
    }
  }
  co_return Result<void>();
}

}  // namespace paraph::service
