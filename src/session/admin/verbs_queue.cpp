// The verbs of the queue: what waits for other servers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "service/queue_items.h"
#include "session/admin/date.h"
#include "session/admin/queue_lines.h"
#include "session/admin/tls_report.h"
#include "session/admin/verbs.h"

namespace paraph::admin {
namespace {

constexpr std::size_t kItemsPage = 200;

using Act = service::QueueItems::Act;

std::string sender_of(const record::Queued& item) { return fmt::format("<{}>", printable(item.reverse_path.text())); }

std::string state_of(const service::ItemRow& row) {
  const auto& item = row.item;
  if (item.ended) return "ended";
  if (row.trying) return item.held ? "trying, held" : "trying";
  return item.held ? "held" : "waiting";
}

/// The last reply of whoever still waits.
std::string last_reply_of(const record::Queued& item) {
  const auto waiting = std::ranges::find_if(item.recipients, service::waits);
  return waiting == item.recipients.end() || !waiting->at ? "-" : reply_line(*waiting);
}

std::string due_of(const record::Queued& item) { return item.ended || item.held ? "-" : date_of(item.due); }

std::string line_of(const service::ItemRow& row) {
  const auto& item = row.item;
  const auto waiting = std::ranges::count_if(item.recipients, service::waits);
  return fmt::format("{:<10} {:<12} {:<20} {:<20} {:>5} {:>10}  {:<30} {:<30} {}", row.id.value, state_of(row),
                     date_of(item.arrived), due_of(item), item.tries, waiting, sender_of(item),
                     printable(item.destination), last_reply_of(item));
}

const char* done_word(Act act) {
  switch (act) {
    case Act::Hold:
      return "held";
    case Act::Release:
      return "released";
    case Act::Retry:
      return "to be tried now";
    case Act::Drop:
      return "dropped";
  }
  return "";
}

/// Of a recipient, or of a host.
std::string reply_of(const auto& said) {
  std::string reply = said.code == 0 ? "" : fmt::format("{} ", said.code);
  if (!said.enhanced.empty()) reply += printable(said.enhanced) + " ";
  return reply + printable(said.text, 400);
}

std::string host_line(const record::HostTried& host) {
  std::string where = printable(host.host);
  if (!host.address.empty()) where += fmt::format(" [{}]", printable(host.address));
  if (!host.tls.empty()) where += " " + printable(host.tls);
  return fmt::format("{:<11} {} {}: {}", "host", date_of(host.at), where, reply_of(host));
}

}  // namespace

std::string reply_line(const record::QueuedRecipient& recipient) {
  const auto host = recipient.host.empty() ? std::string() : printable(recipient.host) + ": ";
  return host + reply_of(recipient);
}

std::vector<std::string> item_lines(const service::ItemRow& row) {
  const auto& item = row.item;
  std::vector<std::string> lines{
      fmt::format("{:<11} {} ({})", "item", row.id.value, state_of(row)),
      fmt::format("{:<11} {}", "message-id", item.message_id.empty() ? "-" : printable(item.message_id)),
      fmt::format("{:<11} {}", "from", sender_of(item)),
      fmt::format("{:<11} {}", "destination", printable(item.destination)),
      fmt::format("{:<11} {}", "accepted", date_of(item.arrived)),
      fmt::format("{:<11} {}", "tries", item.tries)};
  if (item.ended) {
    lines.push_back(fmt::format("{:<11} {}", "ended", date_of(*item.ended)));
  } else {
    lines.push_back(fmt::format("{:<11} {}", "due", due_of(item)));
  }
  if (item.priority != mail::Priority::Normal)
    lines.push_back(fmt::format("{:<11} {}", "priority", item.priority == mail::Priority::Urgent ? "urgent" : "low"));
  if (item.left_out != record::LeftOut::Nothing)
    lines.push_back(fmt::format("{:<11} {}", "without", service::name_of(item.left_out)));
  for (const auto& one : item.recipients) {
    static constexpr const char* kStates[] = {"waits", "delivered", "failed", "dropped"};
    lines.push_back(fmt::format("{:<11} {} {}", "recipient", printable(one.recipient.address.text()),
                                kStates[static_cast<std::size_t>(one.state)]));
    if (one.at) lines.push_back(fmt::format("{:<11} {} {}", "", date_of(*one.at), reply_line(one)));
  }
  for (const auto& host : item.hosts) lines.push_back(host_line(host));
  return lines;
}

Task<Result<void>> Verbs::queue_list(Request request, PrintLine print) {
  std::string after;
  bool first = true;
  do {
    PARAPH_CO_TRY(const auto page, co_await queue_.list(lowered(request.field("domain")), after, kItemsPage));
    for (const auto& row : page.items) {
      if (std::exchange(first, false))
        co_await print(fmt::format("{:<10} {:<12} {:<20} {:<20} {:>5} {:>10}  {:<30} {:<30} {}", "ITEM", "STATE",
                                   "ACCEPTED", "DUE", "TRIES", "RECIPIENTS", "FROM", "DESTINATION", "LAST REPLY"));
      co_await print(line_of(row));
    }
    after = page.after;
  } while (!after.empty());
  co_return Result<void>();
}

Task<Result<void>> Verbs::queue_show(Request request, PrintLine print) {
  const auto number = parse_decimal(request.field("item"));
  if (!number) co_return fail(Code::BadInput, "give an item's number, as paraph queue list shows it");
  PARAPH_CO_TRY(const auto row, co_await queue_.find(record::ItemId(*number)));
  const auto lines = item_lines(row);
  for (const auto& line : lines) co_await print(line);
  co_return Result<void>();
}

/// One item by its number, those of one destination, or all of them.
Task<Result<void>> Verbs::queue_act(Request request, PrintLine print, Act act) {
  const auto& what = request.field("item");
  const auto number = parse_decimal(what);
  std::size_t done = 0;
  if (number) {
    PARAPH_CO_TRY(const bool changed, co_await queue_.apply(record::ItemId(*number), act));
    done = changed ? 1 : 0;
  }
  std::string after;
  while (!number) {
    PARAPH_CO_TRY(const auto page, co_await queue_.list(what == "all" ? "" : lowered(what), after, kItemsPage));
    for (const auto& row : page.items) {
      const auto changed = co_await queue_.apply(row.id, act);
      if (!changed && changed.error().code != Code::NotFound) co_return std::unexpected(changed.error());
      done += changed && *changed ? 1 : 0;
    }
    after = page.after;
    if (after.empty()) break;
  }
  co_await print(fmt::format("{} {} {}", done, done == 1 ? "item" : "items", done_word(act)));
  co_return Result<void>();
}

Task<Result<void>> Verbs::queue_retry(Request request, PrintLine print) {
  return queue_act(std::move(request), std::move(print), Act::Retry);
}
Task<Result<void>> Verbs::queue_drop(Request request, PrintLine print) {
  return queue_act(std::move(request), std::move(print), Act::Drop);
}
Task<Result<void>> Verbs::queue_hold(Request request, PrintLine print) {
  return queue_act(std::move(request), std::move(print), Act::Hold);
}
Task<Result<void>> Verbs::queue_release(Request request, PrintLine print) {
  return queue_act(std::move(request), std::move(print), Act::Release);
}

/// What domains refused of signatures.
Task<Result<void>> Verbs::queue_refusals(Request, PrintLine print) {
  PARAPH_CO_TRY(const auto rows, co_await queue_.refusals().list());
  for (const auto& [domain, refusal] : rows)
    co_await print(fmt::format("{:<30} without {:<20} until {}  {}", printable(domain),
                               service::name_of(refusal.left_out), date_of(refusal.until), printable(refusal.reply)));
  co_return Result<void>();
}

Task<Result<void>> Verbs::queue_forget(Request request, PrintLine print) {
  const auto domain = request.field("domain");
  PARAPH_CO_CHECK(co_await queue_.refusals().forget(domain));
  co_await print(fmt::format("{}: the next message goes there with all of its signature", printable(domain)));
  co_return Result<void>();
}

/// Of one domain as it is sent to it, of all for people.
Task<Result<void>> Verbs::queue_tls_report(Request request, PrintLine print) {
  using Which = relay::TlsSessions::Which;
  const auto day = request.field("day");
  if (!day.empty() && day != "today" && day != "yesterday")
    co_return fail(Code::BadInput, "the day is today or yesterday");
  if (tls_reports_.sessions == nullptr) co_return fail(Code::NotFound, "nobody counts sessions here");
  const auto which = day == "yesterday" ? Which::Yesterday : Which::Today;
  const auto domain = lowered(request.field("domain"));
  if (domain.empty()) {
    const auto lines = tls_lines(tls_reports_.sessions->find(which));
    for (const auto& line : lines) co_await print(line);
    co_return Result<void>();
  }
  const auto found = tls_reports_.sessions->find(which, domain);
  if (found.domains.empty())
    co_return fail(Code::NotFound, fmt::format("no session with {} was counted that day", printable(domain)));
  co_await print(tls_report(found, tls_reports_.organization));
  co_return Result<void>();
}

}  // namespace paraph::admin
