// What a server refuses of signatures: the message goes on without it, and so does the next one (queue_inside.h).
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "queue/queue_inside.h"

namespace paraph::queue {
namespace {

using record::LeftOut;

/// Has a message of these kinds (m=) anything of what is left out?
bool carries(std::string_view kinds, LeftOut left_out) {
  for (const auto kind : split(kinds, ':')) {
    if (kind == "voice" && left_out >= LeftOut::Voice) return true;
    if ((kind == "image" || kind == "html") && left_out >= LeftOut::Media) return true;
    if (kind == "text" && left_out >= LeftOut::Signature) return true;
  }
  return false;
}

/// What to leave out next; nullopt: nothing of the signature is left. In the order of spec 2.8: the voice, then picture
/// and HTML, then all of it.
std::optional<LeftOut> next_of(std::string_view kinds, LeftOut now) {
  for (const auto next : {LeftOut::Voice, LeftOut::Media, LeftOut::Signature}) {
    if (next > now && carries(kinds, next)) return next;
  }
  return std::nullopt;
}

/// Notes of those who wait what was said to them. It is written with the form that leaves out more, so neither a later
/// 4xx nor a restart makes it forgotten before that form is taken.
void note_refused(record::Queued& item, const std::vector<relay::Answer>& answers) {
  auto answer = answers.begin();
  for (auto& recipient : item.recipients) {
    if (!service::waits(recipient)) continue;
    if (answer == answers.end()) return;
    if (refuses_media(*answer)) recipient.refused = diagnostic_of(*answer);
    ++answer;
  }
}

}  // namespace

/// Leaves out what the domain refused before.
Task<Result<void>> Queue::Inside::spare(service::ItemRow& row) {
  if (!change_form) co_return Result<void>();
  PARAPH_CO_TRY(const auto message, co_await with.messages.load(row.item.message));
  if (message->plain.empty()) co_return Result<void>();
  PARAPH_CO_TRY(const auto refused, co_await items.refusals().find(row.item.destination));
  if (refused <= row.item.left_out) co_return Result<void>();
  if (!carries(message->signature.kinds, refused)) co_return Result<void>();
  const service::Fit fit{.left_out = refused};
  // Without such a form it goes as it is: perhaps it is taken now.
  PARAPH_CO_CHECK(co_await refit(row, fit));
  co_return Result<void>();
}

/// When the server refuses the message for its media: with less of the signature it is tried once more, for whom it was
/// refused. A message is never bounced because of its signature (spec 2.8).
Task<void> Queue::Inside::degrade(service::ItemRow& row, const relay::Outcome& outcome, Tried& tried) {
  if (!change_form || std::ranges::none_of(tried.answers, refuses_media)) co_return;
  const auto message = co_await with.messages.load(row.item.message);
  if (message && (*message)->plain.empty()) co_return;
  const auto next = message ? next_of((*message)->signature.kinds, row.item.left_out) : std::nullopt;
  if (message && !next) co_return;
  Result<bool> changed = false;
  if (next) {
    const service::Fit fit{.seven_bit = outcome.seven_bit, .size_max = outcome.size_max, .left_out = *next};
    auto refused = row;
    note_refused(refused.item, tried.answers);
    changed = co_await refit(refused, fit);
    if (changed && *changed) row = std::move(refused);
  } else {
    changed = std::unexpected(message.error());
  }
  if (changed) {
    tried.changed = *changed;
    co_return;
  }
  for (auto& answer : tried.answers) {
    if (refuses_media(answer)) answer = {451, "4.3.0", changed.error().text};
  }
}

/// What was refused, and went without, be it at once or later: the next message to the domain goes without it too.
Task<void> Queue::Inside::learn(const record::Queued& before, const record::Queued& after) {
  if (before.left_out == LeftOut::Nothing) co_return;
  for (std::size_t i = 0; i < before.recipients.size() && i < after.recipients.size(); ++i) {
    const auto& was = before.recipients[i];
    const bool taken = after.recipients[i].state == record::QueuedRecipient::State::Delivered;
    if (!service::waits(was) || was.refused.empty() || !taken) continue;
    const auto noted = co_await items.refusals().note(before.destination, before.left_out, was.refused);
    log(Level::Info, "queue to={} goes without {} from now on: {}{}", printable(before.destination),
        service::name_of(before.left_out), printable(was.refused),
        noted ? "" : " (not remembered: " + noted.error().text + ")");
    co_return;
  }
}

}  // namespace paraph::queue
