// message trace: what the engine did with a message, where it lies, and how it goes on to other servers.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.h"
#include "service/queue_rows.h"
#include "service/trace.h"
#include "service/verify_incoming.h"
#include "session/admin/queue_lines.h"
#include "session/admin/verbs.h"

namespace paraph::admin {
namespace {

constexpr std::size_t kFieldBytesShown = 1'000;

std::string or_none(const std::string& text) { return text.empty() ? "-" : printable(text); }

std::vector<std::string> shown(const service::Traced& traced) {
  const auto& outcome = traced.signature;
  std::vector<std::string> lines{
      fmt::format("{:<9} {:%Y-%m-%dT%H:%M:%SZ}", "received", std::chrono::floor<std::chrono::seconds>(traced.received)),
      fmt::format("{:<9} {}", "octets", traced.bytes), fmt::format("{:<9} {}", "sender", or_none(traced.from)),
      fmt::format("{:<9} {}", "came", traced.came.empty() ? "-" : printable(traced.came, kFieldBytesShown))};
  if (outcome.how.empty()) {
    lines.push_back(fmt::format("{:<9} {}", "signed by", "nobody"));
  } else {
    lines.push_back(fmt::format("{:<9} {}", "signed by", or_none(outcome.owner)));
    lines.push_back(fmt::format("{:<9} {}", "revision", or_none(outcome.revision)));
    lines.push_back(fmt::format("{:<9} {}", "how", printable(outcome.how)));
    lines.push_back(fmt::format("{:<9} {}", "kinds", or_none(outcome.kinds)));
    lines.push_back(fmt::format("{:<9} {}", "left out", or_none(outcome.reason)));
  }
  if (!traced.authentication.empty())
    lines.push_back(fmt::format("{:<9} {}", "checked", printable(traced.authentication, kFieldBytesShown)));
  lines.push_back(fmt::format("{:<9} {}", "verdict", printable(service::verdict_of(outcome))));
  for (const auto& at : traced.places) {
    lines.push_back(fmt::format("{:<9} {} \"{}\" uid {}{}", "lies in", printable(at.address), printable(at.mailbox),
                                at.uid.value, at.sent ? " (sent)" : ""));
  }
  if (traced.places.empty()) lines.push_back(fmt::format("{:<9} {}", "lies in", "no mailbox any more"));
  return lines;
}

}  // namespace

Task<Result<void>> Verbs::message_trace(Request request, PrintLine print) {
  const auto& message_id = request.field("message-id");
  PARAPH_CO_TRY(const auto found, co_await service::trace_message(store_, mailboxes_, message_id));
  PARAPH_CO_TRY(const auto items, co_await queue_.of_message(message_id));
  if (found.empty() && items.empty())
    co_return fail(Code::NotFound, fmt::format("no message here has the Message-ID {}", printable(message_id)));
  bool first = true;
  for (const auto& traced : found) {
    if (!std::exchange(first, false)) co_await print("");
    const auto lines = shown(traced);
    for (const auto& line : lines) co_await print(line);
  }
  for (const auto& row : items) {
    if (!std::exchange(first, false)) co_await print("");
    const auto lines = item_lines(row);
    for (const auto& line : lines) co_await print(line);
  }
  co_return Result<void>();
}

}  // namespace paraph::admin
