#include "queue/retry.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/queue_rows.h"

namespace paraph::queue {
namespace {

using record::QueuedRecipient;
using State = QueuedRecipient::State;
using report::Action;

constexpr std::uint32_t kDoublingsMax = 20;
constexpr std::int64_t kPerMille = 1000;

/// The server's own enhanced code when it is of the right class.
std::string status_of(const QueuedRecipient& recipient, char digit) {
  if (recipient.enhanced.starts_with(digit)) return recipient.enhanced;
  return fmt::format("{}.0.0", digit);
}

/// A server that gave no reply said nothing: what there is to tell of it are our words.
std::string our_words(const QueuedRecipient& recipient) {
  return recipient.host.empty() ? recipient.text : recipient.host + ": " + diagnostic_of(recipient);
}

report::About about(const QueuedRecipient& recipient, Action action, std::string status) {
  const bool replied = recipient.code != 0 && !recipient.host.empty();
  return {.recipient = recipient.recipient,
          .action = action,
          .status = std::move(status),
          .remote_host = replied ? recipient.host : "",
          .diagnostic = replied ? diagnostic_of(recipient) : our_words(recipient),
          .last_attempt = recipient.at,
          .retry_until = std::nullopt};
}

std::chrono::seconds delay_of(const RetryPolicy& policy, std::uint32_t tries, crypto::Random& random) {
  auto delay = policy.first;
  for (std::uint32_t i = 1; i < std::min(tries, kDoublingsMax) && delay < policy.most; ++i) delay *= 2;
  delay = std::min(delay, policy.most);
  const auto share = static_cast<std::int64_t>(random.below(401)) + 800;  // four fifths to six fifths
  return std::max(std::chrono::seconds(1), std::chrono::seconds(delay.count() * share / kPerMille));
}

Time next_due(const RetryPolicy& policy, const record::Queued& item, Time now, crypto::Random& random) {
  Time due = now + delay_of(policy, item.tries, random);
  if (!item.warned) due = std::min(due, std::max(now + std::chrono::seconds(1), item.arrived + policy.warn_after));
  return std::min(due, item.arrived + policy.give_up_after);
}

void note_answer(QueuedRecipient& recipient, const Tried& tried, const relay::Answer& answer, Time now) {
  recipient.code = answer.code >= 0 && answer.code <= 999 ? answer.code : 0;
  recipient.enhanced = answer.enhanced;
  recipient.text = answer.text;
  recipient.host = tried.host;
  recipient.at = now;
  if (answer.delivered()) recipient.state = State::Delivered;
  if (answer.permanent()) recipient.state = State::Failed;
}

/// One line for each host: the last that it said.
void note_hosts(std::vector<record::HostTried>& known, const std::vector<record::HostTried>& tried) {
  for (const auto& one : tried) {
    const auto same = std::ranges::find(known, one.host, &record::HostTried::host);
    if (same != known.end()) {
      *same = one;
    } else {
      known.push_back(one);
    }
  }
  while (known.size() > kHostsKept) known.erase(std::ranges::min_element(known, {}, &record::HostTried::at));
}

}  // namespace

bool refuses_media(const relay::Answer& answer) {
  return answer.permanent() && (answer.enhanced == "5.6.1" || answer.enhanced == "5.6.3");
}

std::string diagnostic_of(const relay::Answer& answer) {
  std::string text = answer.code == 0 ? "" : fmt::format("{} ", answer.code);
  if (!answer.enhanced.empty()) text += answer.enhanced + " ";
  return text + answer.text;
}

std::string diagnostic_of(const QueuedRecipient& recipient) {
  return diagnostic_of(relay::Answer{recipient.code, recipient.enhanced, recipient.text});
}

After apply_try(const RetryPolicy& policy, record::Queued item, const Tried& tried, Time now, crypto::Random& random) {
  After after;
  ++item.tries;
  note_hosts(item.hosts, tried.hosts);
  const auto age = now - item.arrived;
  const bool gives_up = age >= policy.give_up_after;
  const bool again = tried.changed && !gives_up;
  const bool warns = !gives_up && !again && !item.warned && age >= policy.warn_after;
  const auto tell = [&](const QueuedRecipient& recipient, Action action, std::string status) {
    if (report::is_wanted(recipient.recipient, action))
      after.about.push_back(about(recipient, action, std::move(status)));
  };
  std::size_t index = 0;
  for (auto& recipient : item.recipients) {
    if (!service::waits(recipient)) continue;
    const relay::Answer none{.text = "no answer"};
    const auto& answer = index < tried.answers.size() ? tried.answers[index] : none;
    note_answer(recipient, tried, answer, now);
    if (again && refuses_media(answer)) recipient.state = State::Waiting;
    ++index;
    if (recipient.state == State::Delivered) {
      ++after.delivered;
      if (!tried.dsn) tell(recipient, Action::Relayed, status_of(recipient, '2'));
    } else if (recipient.state == State::Failed) {
      ++after.failed;
      tell(recipient, Action::Failed, status_of(recipient, '5'));
    } else if (gives_up) {
      ++after.failed;
      recipient.state = State::Failed;
      tell(recipient, Action::Failed, "5.4.7");  // delivery time expired (RFC 3463 §3.5)
    } else {
      ++after.waiting;
      if (!warns) continue;
      const auto told = after.about.size();
      tell(recipient, Action::Delayed, status_of(recipient, '4'));
      if (after.about.size() > told) after.about.back().retry_until = item.arrived + policy.give_up_after;
    }
  }
  item.warned = item.warned || warns;
  if (after.waiting != 0) item.due = again ? now : next_due(policy, item, now, random);
  service::end_if_done(item, now);
  after.item = std::move(item);
  return after;
}

}  // namespace paraph::queue
