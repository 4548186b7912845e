#include "service/receipts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "report/report.h"
#include "service/header_edit.h"
#include "service/send.h"
#include "service/trace_fields.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

constexpr std::size_t kMessageIdBytes = 16;
constexpr std::size_t kBoundaryBytes = 16;

bool is_asked_for(const mail::Recipient& recipient) { return report::is_wanted(recipient, report::Action::Delivered); }

std::vector<report::About> delivered(const Transaction& transaction, const std::vector<Result<Appended>>& deliveries) {
  std::vector<report::About> all;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const auto& recipient = transaction.recipients[i];
    const bool here = deliveries[i] && deliveries[i]->uid.value != 0;
    if (!here || !is_asked_for(recipient)) continue;
    all.push_back({.recipient = recipient, .action = report::Action::Delivered, .status = "2.0.0"});
  }
  return all;
}

}  // namespace

bool Receipts::asked_for(const Transaction& transaction) {
  return !transaction.reverse_path.null() && std::ranges::any_of(transaction.recipients, is_asked_for);
}

Task<void> Receipts::send(const Transaction& transaction, const std::string& header, Time arrived,
                          const std::vector<Result<Appended>>& deliveries) {
  report::Report report{.server_name = server_name_,
                        .to = transaction.reverse_path,
                        .options = transaction.options,
                        .arrived = arrived,
                        .now = with_.clock.now(),
                        .message_id = fmt::format("<{}@{}>", with_.random.hex(kMessageIdBytes), server_name_),
                        .boundary = with_.random.hex(kBoundaryBytes),
                        .about = delivered(transaction, deliveries),
                        .header = header};
  if (report.about.empty()) co_return;
  const auto kept = co_await keep(report::make_report(report), report.to, report.options.smtputf8);
  if (kept) co_return;
  log(Level::Info, "report to={} left out: {}", printable(report.to.text()), kept.error().text);
}

Task<Result<void>> Receipts::keep(std::string report, const mail::Address& to, bool smtputf8) {
  PARAPH_CO_TRY(const bool local, co_await with_.accounts.is_local(to.domain));
  if (!local && outbound_ == nullptr) co_return Result<void>();
  Receiver receiver(with_.store, with_.clock, limits_.message_bytes_max);
  PARAPH_CO_CHECK(co_await receiver.feed(report));
  PARAPH_CO_TRY(auto message, co_await receiver.finish());
  prepend_fields(message.record.rope, message.record.structure, format_return_path({}));
  auto kept = local ? put_into_inbox(message, to) : queue(message, to, smtputf8);
  auto done = co_await std::move(kept);
  if (!done) co_await give_back_upload(with_.store, message.upload, std::move(message.uploaded));
  co_return done;
}

Task<Result<void>> Receipts::put_into_inbox(NewMessage& message, const mail::Address& to) {
  PARAPH_CO_TRY(const auto account, co_await with_.accounts.find(to.key()));
  PARAPH_CO_TRY(const auto inbox, co_await with_.mailboxes.inbox(account.id));
  std::vector<Target> targets{{.account = account.id, .mailbox = inbox, .internal_date = with_.clock.now()}};
  PARAPH_CO_CHECK(co_await with_.mailboxes.append_or_keep(message, std::move(targets)));
  co_return Result<void>();
}

/// With the null reverse-path: nothing is reported about a report.
Task<Result<void>> Receipts::queue(NewMessage& message, const mail::Address& to, bool smtputf8) {
  const std::vector<Elsewhere> elsewhere{{.recipient = {.address = to, .notify = mail::Notify{}, .original = ""}}};
  const Departure departure{.reverse_path = {},
                            .options = {.smtputf8 = smtputf8},
                            .arrived = with_.clock.now(),
                            .skip = format_return_path({}).size()};
  const auto items = prepare_items(message, elsewhere, departure);
  const Along along = [&](store::Batch& batch, const std::vector<mail::Entry>&) {
    return outbound_->add(batch, message, items);
  };
  PARAPH_CO_CHECK(co_await with_.mailboxes.append_or_keep(message, std::vector<Target>(), along));
  co_return Result<void>();
}

}  // namespace paraph::service
