#include "service/outbound.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "mime/priority.h"
#include "service/messages.h"
#include "service/queue_rows.h"

namespace paraph::service {
namespace {

/// A longer one is not kept: nobody would ask for it.
constexpr std::size_t kMessageIdBytesMax = 998;

/// The item of a form and a destination that has room, or a new one.
NewItem& item_for(std::vector<NewItem>& items, std::map<std::pair<std::size_t, std::string>, std::size_t>& open,
                  const Elsewhere& recipient, const record::Queued& shared) {
  auto destination = lowered(recipient.recipient.address.domain);
  const auto [place, fresh] = open.try_emplace({recipient.form, destination}, items.size());
  if (!fresh && items[place->second].item.recipients.size() < kItemRecipientsMax) return items[place->second];
  place->second = items.size();
  auto& one = items.emplace_back(NewItem{.item = shared, .form = recipient.form});
  one.item.destination = std::move(destination);
  return one;
}

}  // namespace

std::vector<NewItem> prepare_items(NewMessage& message, const std::vector<Elsewhere>& recipients,
                                   const Departure& departure) {
  record::Queued shared{.skip = departure.skip,
                        .reverse_path = departure.reverse_path,
                        .options = departure.options,
                        .arrived = departure.arrived,
                        .due = departure.arrived,
                        .priority = mime::priority_of(message.header)};
  const auto& message_id = message.record.structure.root().envelope->message_id;
  if (message_id.size() <= kMessageIdBytesMax) shared.message_id = message_id;
  std::vector<NewItem> items;
  std::map<std::pair<std::size_t, std::string>, std::size_t> open;
  std::vector<std::string> seen;
  for (const auto& one : recipients) {
    // The local part may mean something else in another case there.
    seen.push_back(one.recipient.address.local + "@" + lowered(one.recipient.address.domain));
  }
  std::ranges::sort(seen);
  for (const auto& one : recipients) {
    const auto key = one.recipient.address.local + "@" + lowered(one.recipient.address.domain);
    const auto same = std::ranges::equal_range(seen, key);
    if (same.empty()) continue;  // it had its turn
    seen.erase(same.begin(), same.end());
    item_for(items, open, one, shared).item.recipients.push_back({.recipient = one.recipient});
  }
  message.more_uses.assign(1 + message.other_forms.size(), 0);
  for (const auto& one : items) ++message.more_uses[one.form];
  return items;
}

Outbound::Outbound(store::Store& store, Metrics* metrics, Messages* messages) : numbers_(store), messages_(messages) {
  if (metrics != nullptr)
    items_ = &metrics->counter("paraph_queue_items_total", "Items that the queue took: one form, one destination.");
}

Task<Result<void>> Outbound::add(store::Batch& batch, const NewMessage& message, const std::vector<NewItem>& items) {
  for (const auto& one : items) {
    PARAPH_CO_TRY(const auto number, co_await numbers_.next("item"));
    auto item = one.item;
    item.message = message.ids[one.form];
    // Whether a mailbox shows the form is known by now.
    item.alone = message.more_uses[one.form] == 1 && !message.form(one.form).listed;
    add_item(batch, record::ItemId{number}, item);
  }
  if (items_ != nullptr) items_->add(items.size());
  co_return Result<void>();
}

void Outbound::hand_over(NewMessage& message, const std::vector<NewItem>& items) {
  if (messages_ == nullptr) return;
  for (const auto& one : items) {
    auto& record = message.form(one.form);
    // A form has an item for each destination.
    if (!record.rope.segments.empty()) messages_->keep(message.ids[one.form], std::exchange(record, {}));
  }
}

}  // namespace paraph::service
