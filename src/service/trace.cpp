#include "service/trace.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "mime/field.h"
#include "record/keys.h"
#include "service/mailbox_edit.h"
#include "service/queue_rows.h"
#include "service/rope_reader.h"

namespace paraph::service {
namespace {

constexpr std::size_t kRowsPerPage = 1000;
constexpr std::uint64_t kHeaderBytesRead = 16'384;

/// Who owns a mailbox, and what it is called.
Task<Result<Traced::At>> describe(store::Store& store, const record::Place& place) {
  Traced::At at{.uid = place.uid};
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::account_key(place.account)));
  if (octets) {
    PARAPH_CO_TRY(const auto account, record::parse_account(*octets));
    at.address = account.address;
  }
  PARAPH_CO_TRY(const auto mailbox, co_await load_mailbox_record(store, place.account, place.mailbox));
  at.mailbox = mailbox.box.name;
  at.sent = mailbox.box.use == mail::SpecialUse::Sent;
  co_return at;
}

Task<Result<bool>> is_still_there(store::Store& store, MessageId message, const record::Place& place) {
  const std::vector<Uid> uids{place.uid};
  PARAPH_CO_TRY(const auto entries, co_await load_entries(store, place.mailbox, uids));
  co_return !entries.empty() && entries.front().message == message;
}

/// All entries that show the message: a walk over the whole store.
Task<Result<std::vector<record::Place>>> find_everywhere(store::Store& store, MessageId message) {
  std::vector<record::Place> found;
  auto boxes = record::all_with(record::mailboxes_prefix());
  boxes.entries_max = kRowsPerPage;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store.scan(boxes));
    for (const auto& row : rows) {
      const AccountId account{record::last_number(std::string_view(row.key).substr(0, 9), 8)};
      const MailboxId mailbox{record::last_number(row.key, 8)};
      auto entries = record::all_with(record::entries_prefix(mailbox));
      entries.entries_max = kRowsPerPage;
      for (;;) {
        PARAPH_CO_TRY(const auto page, co_await store.scan(entries));
        for (const auto& one : page) {
          const Uid uid{static_cast<std::uint32_t>(record::last_number(one.key, 4))};
          PARAPH_CO_TRY(const auto entry, record::parse_entry(one.value, uid));
          if (entry.message == message) found.push_back({.account = account, .mailbox = mailbox, .uid = uid});
        }
        if (page.size() < kRowsPerPage) break;
        entries.from = page.back().key + '\0';
      }
    }
    if (rows.size() < kRowsPerPage) co_return found;
    boxes.from = rows.back().key + '\0';
  }
}

/// Where the message lies now, `queued` uses of the queue's apart. The places it was put first are all of them while
/// its uses say so and all are there.
Task<Result<std::vector<record::Place>>> places_now(store::Store& store, MessageId message,
                                                    std::vector<record::Place> first, std::size_t queued) {
  PARAPH_CO_TRY(const auto uses, co_await store.get(record::message_uses_key(message)));
  bool all = parse_uses(uses) == first.size() + queued;
  for (const auto& place : first) {
    if (!all) break;
    PARAPH_CO_TRY(all, co_await is_still_there(store, message, place));
  }
  if (all) co_return first;
  co_return co_await find_everywhere(store, message);
}

/// What this server's own fields tell, which end with the uppermost Received: what is below came with the message.
void note_header(Traced& traced, std::string_view header) {
  for (const auto& field : mime::Fields(header)) {
    if (iequals(field.name, "Return-Path")) traced.from = mime::unfold(field.value);
    if (iequals(field.name, "Authentication-Results")) traced.authentication = mime::unfold(field.value);
    if (!iequals(field.name, "Received")) continue;
    traced.came = mime::unfold(field.value);
    return;
  }
}

}  // namespace

Task<Result<std::vector<Traced>>> trace_message(store::Store& store, Mailboxes& mailboxes, std::string message_id) {
  PARAPH_CO_TRY(auto found, co_await mailboxes.find_message_id(message_id));
  PARAPH_CO_TRY(const auto items, co_await load_items_of(store, std::move(message_id)));
  std::map<MessageId, std::size_t> queued;
  for (const auto& row : items) {
    if (!row.item.ended) ++queued[row.item.message];
  }
  for (const auto& [id, uses] : queued) {
    const auto known = [&](const auto& one) { return one.first == id; };
    if (std::ranges::none_of(found, known)) found.emplace_back(id, std::vector<record::Place>());
  }
  std::vector<Traced> traced;
  for (auto& [id, first] : found) {
    PARAPH_CO_TRY(const auto octets, co_await store.get(record::message_key(id)));
    if (!octets) continue;
    PARAPH_CO_TRY(auto message, record::parse_message(*octets));
    Traced one{
        .signature = std::move(message.signature), .received = message.received, .bytes = message.structure.size};
    const auto header = message.structure.root().header;
    RopeReader reader(store, message.rope, {0, std::min(header.end, kHeaderBytesRead)});
    const auto top = co_await reader.next(kHeaderBytesRead);
    if (!top && top.error().code != Code::NotFound) co_return std::unexpected(top.error());
    if (top) note_header(one, *top);  // or it is expunged just now
    PARAPH_CO_TRY(const auto places, co_await places_now(store, id, std::move(first), queued[id]));
    for (const auto& place : places) {
      auto at = co_await describe(store, place);
      if (!at && at.error().code == Code::NotFound) continue;  // removed just now
      if (!at) co_return fail(std::move(at));
      one.places.push_back(std::move(*at));
    }
    traced.push_back(std::move(one));
  }
  co_return traced;
}

}  // namespace paraph::service
