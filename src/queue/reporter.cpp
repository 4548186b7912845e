#include "queue/reporter.h"

#include <fmt/format.h>

#include "base/text.h"
#include "queue/stored_content.h"
#include "service/receive.h"
#include "service/trace_fields.h"

namespace paraph::queue {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::uint64_t kReportBytesMax = 4 << 20;

/// What goes along with a report: the item that it is about, and its own way, when that leads elsewhere.
Task<Result<void>> write_both(service::Outbound& outbound, store::Batch& batch, const service::NewMessage& message,
                              const std::vector<service::NewItem>& items, const WriteItem& write) {
  PARAPH_CO_CHECK(co_await write(batch));
  co_return co_await outbound.add(batch, message, items);
}

}  // namespace

Task<Result<std::vector<service::Target>>> Reporter::targets_of(const mail::Address& sender, bool local) {
  std::vector<service::Target> targets;
  if (!local) co_return targets;
  PARAPH_CO_TRY(const auto account, co_await with_.accounts.find(sender.key()));
  PARAPH_CO_TRY(const auto inbox, co_await with_.mailboxes.inbox(account.id));
  // A full mailbox shall not keep its owner from hearing of a failure.
  targets.push_back({.account = account.id, .mailbox = inbox, .internal_date = with_.clock.now(), .no_quota = true});
  co_return targets;
}

Task<Result<service::NewMessage>> Reporter::make(const record::Queued& before,
                                                 const std::vector<report::About>& about) {
  std::string header;
  // A report about a message that cannot be read any more is better than none.
  auto message = co_await with_.messages.load(before.message);
  if (message) {
    auto read = co_await read_header(with_.store, *message, before.skip);
    if (read) header = std::move(*read);
  }
  const report::Report what{.server_name = server_name_,
                            .to = before.reverse_path,
                            .options = before.options,
                            .arrived = before.arrived,
                            .now = with_.clock.now(),
                            .message_id = fmt::format("<{}@{}>", with_.random.hex(kIdBytes), server_name_),
                            .boundary = with_.random.hex(kIdBytes),
                            .about = about,
                            .header = header};
  const auto octets = service::format_return_path({}) + report::make_report(what);
  service::Receiver receiver(with_.store, with_.clock, kReportBytesMax);
  PARAPH_CO_CHECK(co_await receiver.feed(octets));
  co_return co_await receiver.finish();
}

Task<Result<void>> Reporter::deposit(const record::Queued& before, const std::vector<report::About>& about,
                                     WriteItem write) {
  const auto& sender = before.reverse_path;
  if (sender.null()) co_return fail(Code::NotFound, "nothing is reported about a report");
  PARAPH_CO_TRY(const bool local, co_await with_.accounts.is_local(sender.domain));
  PARAPH_CO_TRY(auto targets, co_await targets_of(sender, local));
  PARAPH_CO_TRY(auto message, co_await make(before, about));
  std::vector<service::Elsewhere> elsewhere;
  if (!local) elsewhere.push_back({.recipient = {.address = sender, .notify = mail::Notify{}}});
  // RFC 8689 §5: what was to be hidden on its way there is so on its way back, where the servers can.
  const service::Departure departure{
      .options = {.smtputf8 = before.options.smtputf8, .require_tls = before.options.require_tls},
      .arrived = with_.clock.now(),
      .skip = service::format_return_path({}).size()};
  const auto items = service::prepare_items(message, elsewhere, departure);
  if (local) message.more_uses.clear();  // its entry alone uses it
  const auto along = [&](store::Batch& batch, const std::vector<mail::Entry>&) {
    return write_both(with_.outbound, batch, message, items, write);
  };
  PARAPH_CO_CHECK(co_await with_.mailboxes.append_or_keep(message, std::move(targets), along));
  co_return Result<void>();
}

}  // namespace paraph::queue
