#include <algorithm>

#include "record/codec.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

constexpr std::uint32_t kNotifySaid = 8, kSuccess = 1, kFailure = 2, kDelay = 4;
constexpr std::uint32_t kCodeMax = 999;

std::uint32_t number_of(const std::optional<mail::Notify>& notify) {
  if (!notify) return 0;
  return kNotifySaid | (notify->success ? kSuccess : 0) | (notify->failure ? kFailure : 0) |
         (notify->delay ? kDelay : 0);
}

std::optional<mail::Notify> notify_of(std::uint32_t number) {
  if (number == 0) return std::nullopt;
  return mail::Notify{
      .success = (number & kSuccess) != 0, .failure = (number & kFailure) != 0, .delay = (number & kDelay) != 0};
}

void set_recipient(pb::QueuedRecipient& out, const QueuedRecipient& one) {
  out.set_local(one.recipient.address.local);
  out.set_domain(one.recipient.address.domain);
  out.set_notify(number_of(one.recipient.notify));
  out.set_original(one.recipient.original);
  out.set_state(static_cast<std::uint32_t>(one.state));
  out.set_code(static_cast<std::uint32_t>(one.code));
  out.set_enhanced(one.enhanced);
  out.set_text(one.text);
  out.set_host(one.host);
  if (one.at) out.set_at(unix_seconds(*one.at));
  out.set_refused(one.refused);
}

std::optional<QueuedRecipient> recipient_of(const pb::QueuedRecipient& in) {
  const auto state = enum_of(in.state(), QueuedRecipient::State::Dropped);
  const auto at = time_of(in.at());
  if (!state || !at || in.notify() > (kNotifySaid | kSuccess | kFailure | kDelay) || in.code() > kCodeMax)
    return std::nullopt;
  QueuedRecipient one{
      .recipient = {.address = {in.local(), in.domain()}, .notify = notify_of(in.notify()), .original = in.original()},
      .state = *state,
      .code = static_cast<int>(in.code()),
      .enhanced = in.enhanced(),
      .text = in.text(),
      .host = in.host(),
      .at = std::nullopt,
      .refused = in.refused()};
  if (in.at() != 0) one.at = *at;
  return one;
}

void set_host(pb::HostTried& out, const HostTried& one) {
  out.set_host(one.host);
  out.set_address(one.address);
  out.set_tls(one.tls);
  out.set_code(static_cast<std::uint32_t>(one.code));
  out.set_enhanced(one.enhanced);
  out.set_text(one.text);
  out.set_at(unix_seconds(one.at));
}

std::optional<HostTried> host_of(const pb::HostTried& in) {
  const auto at = time_of(in.at());
  if (!at || in.code() > kCodeMax) return std::nullopt;
  return HostTried{.host = in.host(),
                   .address = in.address(),
                   .tls = in.tls(),
                   .code = static_cast<int>(in.code()),
                   .enhanced = in.enhanced(),
                   .text = in.text(),
                   .at = *at};
}

}  // namespace

std::string format_queued(const Queued& item) {
  Parsed<pb::Queued> out;
  out->set_destination(item.destination);
  out->set_message(item.message.value);
  out->set_alone(item.alone);
  out->set_skip(item.skip);
  out->set_local(item.reverse_path.local);
  out->set_domain(item.reverse_path.domain);
  out->set_body(static_cast<std::uint32_t>(item.options.body));
  out->set_smtputf8(item.options.smtputf8);
  out->set_require_tls(item.options.require_tls);
  out->set_ret(static_cast<std::uint32_t>(item.options.ret));
  out->set_envid(item.options.envid);
  for (const auto& recipient : item.recipients) set_recipient(*out->add_recipients(), recipient);
  out->set_arrived(unix_seconds(item.arrived));
  out->set_due(unix_seconds(item.due));
  out->set_tries(item.tries);
  out->set_held(item.held);
  out->set_warned(item.warned);
  out->set_message_id(item.message_id);
  out->set_priority(static_cast<std::uint32_t>(item.priority));
  if (item.ended) out->set_ended(std::max<std::int64_t>(1, unix_seconds(*item.ended)));
  out->set_left_out(static_cast<std::uint32_t>(item.left_out));
  for (const auto& host : item.hosts) set_host(*out->add_hosts(), host);
  return out->SerializeAsString();
}

Result<Queued> parse_queued(std::string_view octets) {
  Parsed<pb::Queued> in;
  if (!in.parse(octets)) return corrupt("item of the queue");
  const auto body = enum_of(in->body(), mail::Body::BinaryMime);
  const auto ret = enum_of(in->ret(), mail::Return::Headers);
  const auto priority = enum_of(in->priority(), mail::Priority::NonUrgent);
  const auto arrived = time_of(in->arrived());
  const auto due = time_of(in->due());
  const auto ended = time_of(in->ended());
  const auto left_out = enum_of(in->left_out(), LeftOut::Signature);
  if (!body || !ret || !priority || !left_out || !arrived || !due || !ended || in->ended() < 0)
    return corrupt("item of the queue");
  Queued item{.destination = in->destination(),
              .message = MessageId{in->message()},
              .alone = in->alone(),
              .skip = in->skip(),
              .reverse_path = {in->local(), in->domain()},
              .options = {.body = *body,
                          .smtputf8 = in->smtputf8(),
                          .require_tls = in->require_tls(),
                          .ret = *ret,
                          .envid = in->envid()},
              .recipients = {},
              .arrived = *arrived,
              .due = *due,
              .priority = *priority,
              .tries = in->tries(),
              .held = in->held(),
              .warned = in->warned(),
              .message_id = in->message_id(),
              .ended = std::nullopt,
              .left_out = *left_out,
              .hosts = {}};
  if (in->ended() != 0) item.ended = *ended;
  for (const auto& one : in->recipients()) {
    auto recipient = recipient_of(one);
    if (!recipient) return corrupt("item of the queue");
    item.recipients.push_back(std::move(*recipient));
  }
  for (const auto& one : in->hosts()) {
    auto host = host_of(one);
    if (!host) return corrupt("item of the queue");
    item.hosts.push_back(std::move(*host));
  }
  const bool waits = std::ranges::find(item.recipients, QueuedRecipient::State::Waiting, &QueuedRecipient::state) !=
                     item.recipients.end();
  if (waits == item.ended.has_value() || waits != bool(item.message) || item.destination.empty() ||
      item.destination.find('\0') != item.destination.npos)
    return corrupt("item of the queue");
  return item;
}

std::string format_refusal(const Refusal& refusal) {
  Parsed<pb::Refusal> out;
  out->set_left_out(static_cast<std::uint32_t>(refusal.left_out));
  out->set_until(unix_seconds(refusal.until));
  out->set_reply(refusal.reply);
  return out->SerializeAsString();
}

Result<Refusal> parse_refusal(std::string_view octets) {
  Parsed<pb::Refusal> in;
  if (!in.parse(octets)) return corrupt("refusal");
  const auto left_out = enum_of(in->left_out(), LeftOut::Signature);
  const auto until = time_of(in->until());
  if (!left_out || !until) return corrupt("refusal");
  return Refusal{.left_out = *left_out, .until = *until, .reply = in->reply()};
}

std::string format_lease(const Lease& lease) {
  Parsed<pb::Lease> out;
  out->set_node(lease.node);
  out->set_until(unix_seconds(lease.until));
  return out->SerializeAsString();
}

Result<Lease> parse_lease(std::string_view octets) {
  Parsed<pb::Lease> in;
  if (!in.parse(octets)) return corrupt("lease");
  const auto until = time_of(in->until());
  if (!until || in->node().empty()) return corrupt("lease");
  return Lease{.node = in->node(), .until = *until};
}

std::string format_tls_policy(const TlsPolicy& policy) {
  Parsed<pb::TlsPolicy> out;
  out->set_id(policy.id);
  out->set_mode(static_cast<std::uint32_t>(policy.mode));
  for (const auto& exchange : policy.exchanges) out->add_exchanges(exchange);
  out->set_fetched(unix_seconds(policy.fetched));
  out->set_until(unix_seconds(policy.until));
  return out->SerializeAsString();
}

Result<TlsPolicy> parse_tls_policy(std::string_view octets) {
  Parsed<pb::TlsPolicy> in;
  if (!in.parse(octets)) return corrupt("TLS policy");
  const auto mode = enum_of(in->mode(), TlsPolicy::Mode::Enforce);
  const auto fetched = time_of(in->fetched());
  const auto until = time_of(in->until());
  if (!mode || !fetched || !until || in->id().empty()) return corrupt("TLS policy");
  if (*mode != TlsPolicy::Mode::None && in->exchanges().empty()) return corrupt("TLS policy");
  return TlsPolicy{.id = in->id(),
                   .mode = *mode,
                   .exchanges = {in->exchanges().begin(), in->exchanges().end()},
                   .fetched = *fetched,
                   .until = *until};
}

}  // namespace paraph::record
