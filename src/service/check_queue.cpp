// The passes of check_walk.h over the queue: its items, the rows by which they are found, and the bells.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "record/keys.h"
#include "service/check_walk.h"
#include "service/queue_rows.h"

namespace paraph::service {
namespace {

constexpr std::size_t kTokenBytes = 8;

}  // namespace

Task<Result<void>> CheckWalk::check_bells(const Rows& rows) {
  for (const auto& row : rows) {
    const auto bell = record::parse_bell_key(row.key);
    if (!bell || row.value.size() != kTokenBytes) {
      note_unreadable("bell of the queue", row);
      continue;
    }
    bells_.try_emplace(std::string(bell->destination), bell->due);  // in order of time
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_items(const Rows& rows) {
  for (const auto& row : rows) {
    const record::ItemId id{record::last_number(row.key, 8)};
    saw_number("item", id.value);
    const auto item = record::parse_queued(row.value);
    if (!item || row.key != record::queued_key(id.value)) {
      note_unreadable("item of the queue", row);
      continue;
    }
    if (item->message) {
      ++messages_.at(item->message.value).count;
      PARAPH_CO_TRY(const auto record, co_await store_.get(record::message_key(item->message)));
      if (!record) {
        PARAPH_CO_CHECK(co_await note(
            "queue.message", fmt::format("item {} has message {}, which is not there", id.value, item->message.value)));
      }
    }
    store::Batch repair;
    for (auto& key : finding_keys(id, *item)) {
      PARAPH_CO_TRY(const auto found, co_await store_.get(key));
      if (found) continue;
      repair.expects.push_back({key, std::nullopt});
      repair.writes.push_back({std::move(key), ""});
    }
    if (!repair.writes.empty()) {
      repair.expects.push_back({row.key, row.value});
      PARAPH_CO_CHECK(co_await note("queue.missing", fmt::format("item {} is not found as it should be", id.value),
                                    std::move(repair)));
    }
    PARAPH_CO_CHECK(co_await check_bell_of(*item));
  }
  co_return Result<void>();
}

/// After all uses were counted.
Task<Result<void>> CheckWalk::check_alone(const Rows& rows) {
  for (const auto& row : rows) {
    auto item = record::parse_queued(row.value);
    if (!item || !item->alone || messages_.at(item->message.value).count == 1) continue;
    item->alone = false;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, record::format_queued(*item)});
    PARAPH_CO_CHECK(co_await note("queue.alone",
                                  fmt::format("item {} would take message {} along, which others use too",
                                              record::last_number(row.key, 8), item->message.value),
                                  std::move(repair)));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_bell_of(const record::Queued& item) {
  const auto due = bell_due(item);
  const auto bell = bells_.find(item.destination);
  if (!due || (bell != bells_.end() && bell->second <= *due)) co_return Result<void>();
  bells_[item.destination] = 0;  // one finding is enough
  const auto key = record::bell_key(0, item.destination);
  store::Batch repair;
  repair.expects.push_back({key, std::nullopt});
  repair.writes.push_back({key, record::number_value(*due)});
  repair.topics.push_back(kQueueTopic);
  co_return co_await note("queue.bell", fmt::format("nobody would look after mail to {}", printable(item.destination)),
                          std::move(repair));
}

/// A row by which an item is found leads to one that says so too.
Task<Result<void>> CheckWalk::check_item_finders(const Rows& rows) {
  std::vector<std::string> keys;
  for (const auto& row : rows) keys.push_back(record::queued_key(record::last_number(row.key, 8)));
  PARAPH_CO_TRY(const auto items, co_await store_.get_many(std::move(keys)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const record::ItemId id{record::last_number(rows[i].key, 8)};
    const auto item = items[i] ? record::parse_queued(*items[i]) : fail(Code::NotFound, "");
    if (items[i] && !item) continue;  // noted already
    const auto right = item ? finding_keys(id, *item) : std::vector<std::string>();
    if (std::ranges::find(right, rows[i].key) != right.end()) continue;
    store::Batch repair;
    repair.expects.push_back({rows[i].key, rows[i].value});
    repair.writes.push_back({rows[i].key, std::nullopt});
    PARAPH_CO_CHECK(co_await note("queue.dangling",
                                  fmt::format("the key {} leads to no item that has it", printable(rows[i].key)),
                                  std::move(repair)));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_leases(const Rows& rows) {
  for (const auto& row : rows) {
    if (!record::parse_lease(row.value)) note_unreadable("lease of the queue", row);
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_refusals(const Rows& rows) {
  for (const auto& row : rows) {
    if (!record::parse_refusal(row.value)) note_unreadable("refusal of media", row);
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_tls_policies(const Rows& rows) {
  for (const auto& row : rows) {
    if (!record::parse_tls_policy(row.value)) note_unreadable("TLS policy", row);
  }
  co_return Result<void>();
}

}  // namespace paraph::service
