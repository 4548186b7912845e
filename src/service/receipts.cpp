#include "service/receipts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "report/report.h"
#include "service/header_edit.h"
#include "service/send.h"
#include "service/trace_fields.h"

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
                        .now = clock_.now(),
                        .message_id = fmt::format("<{}@{}>", random_.hex(kMessageIdBytes), server_name_),
                        .boundary = random_.hex(kBoundaryBytes),
                        .about = delivered(transaction, deliveries),
                        .header = header};
  if (report.about.empty()) co_return;
  std::string octets = report::make_report(report);
  const bool local = co_await accounts_.is_local_domain(report.to.domain);
  if (!local) {
    if (elsewhere_) co_await elsewhere_(std::move(octets), report.to, transaction.options);
    co_return;
  }
  const auto kept = co_await keep(std::move(octets), report.to);
  if (kept) co_return;
  log(Level::Info, "report to={} left out: {}", printable(report.to.text()), kept.error().text);
}

Task<Result<void>> Receipts::keep(std::string report, mail::Address to) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(to.key()));
  PARAPH_CO_TRY(const auto inbox, co_await mailboxes_.inbox(account.id));
  Receiver receiver(store_, clock_, limits_.message_bytes_max);
  PARAPH_CO_CHECK(co_await receiver.feed(report));
  PARAPH_CO_TRY(auto message, co_await receiver.finish());
  prepend_fields(message.record.rope, message.record.structure, format_return_path({}));
  std::vector<Target> targets{{.account = account.id, .mailbox = inbox, .internal_date = clock_.now()}};
  PARAPH_CO_CHECK(co_await mailboxes_.append(std::move(message), std::move(targets)));
  co_return Result<void>();
}

}  // namespace paraph::service
