#include <algorithm>

#include "base/log.h"
#include "session/smtp/session.h"
#include "wire/smtp/reply_for.h"

namespace paraph::session_smtp {
namespace {

/// Why the pipeline would not have a message, as SMTP says it (service/deposit.h names the codes).
smtp::Reply refusal_of(const Error& error) {
  switch (error.code) {
    case Code::BadInput:
      return {554, "5.6.0", error.text};
    case Code::Unsupported:
      return {554, "5.4.6", error.text};
    case Code::OverQuota:
      return {552, "5.2.2", error.text};
    default:
      return smtp::reply_for(error);
  }
}

/// The client's own name in a Received field: nothing in it may end the field's comment or line.
std::string clean_name(std::string_view name) {
  std::string out(name.substr(0, 255));
  const auto odd = [](char c) {
    return !(is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || std::string_view(".-_:[]").contains(c));
  };
  std::ranges::replace_if(out, odd, '?');
  return out;
}

/// RFC 5321 §4.1.3: "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string address_literal(const net::Endpoint& peer) { return (peer.v6 ? "[IPv6:" : "[") + peer.address() + "]"; }

}  // namespace

std::uint64_t Session::message_bytes_max() const {
  const auto& limits = server_.limits;
  if (!submission()) return limits.message_bytes_max;
  // What the signature adds must fit too.
  const auto growth = std::min(limits.signature_growth_bytes_max, limits.message_bytes_max / 2);
  return limits.message_bytes_max - growth;
}

void Session::begin_message() {
  incoming_ = std::make_unique<Incoming>();
  incoming_->started = server_.clock.now();
  const bool binary = options_.body == mail::Body::BinaryMime;
  // A binary message that is as big as may be is bigger when it is kept.
  const std::uint64_t kept_bytes_max = message_bytes_max() + (binary ? message_bytes_max() / 2 : 0);
  // Other servers send again what they saw no answer to; a user who sends the same twice wants it to arrive twice.
  using Content = service::Receiver::Content;
  const auto content = submission() ? Content::NotHashed : Content::Hashed;
  incoming_->receiver.emplace(server_.store, server_.clock, kept_bytes_max, content);
  if (binary) incoming_->binary = std::make_unique<Binary>();
}

void Session::refuse_message(smtp::Reply why) {
  if (!incoming_->refusal) incoming_->refusal = std::move(why);
  incoming_->receiver.reset();  // gives back what it put, in the background
}

Task<void> Session::take_octets(std::string_view octets) {
  incoming_->bytes += octets.size();
  if (!incoming_->receiver) co_return;
  if (!incoming_->binary) {
    co_await keep_octets(octets);
    co_return;
  }
  if (incoming_->bytes > message_bytes_max()) {
    refuse_message({552, "5.3.4", "the message is over " + std::to_string(message_bytes_max()) + " octets"});
    co_return;
  }
  const std::string lines = incoming_->binary->converter.feed(octets);
  incoming_->binary->check.feed(lines);
  co_await keep_octets(lines);
}

Task<void> Session::keep_octets(std::string_view octets) {
  auto fed = co_await incoming_->receiver->feed(octets);
  if (!fed) refuse_message(refusal_of(fed.error()));
}

/// The end of DATA, or of one chunk.
Task<void> Session::end_message(smtp::LineEnds line_ends) {
  taking_octets_ = false;
  const bool chunk = chunk_is_last_.has_value();
  const bool last = chunk_is_last_.value_or(true);
  chunk_is_last_.reset();
  if (chunk && !last && !incoming_->refusal) {
    enter(Phase::Chunks);
    reply(250, "2.0.0", "chunk taken");
    co_return;
  }
  if (incoming_->binary && !incoming_->refusal) {
    const std::string rest = incoming_->binary->converter.finish();
    incoming_->binary->check.feed(rest);
    line_ends = incoming_->binary->check.result();
    co_await keep_octets(rest);
  }
  if (!line_ends.clean() && !incoming_->refusal) {
    refuse_message({554, "5.5.2", "a line ends in a bare CR or LF (RFC 5321, section 2.3.8)"});
  }
  if (incoming_->refusal) {
    const auto refusal = *incoming_->refusal;
    log(Level::Info, "smtp message-refused protocol={} address={} from={} bytes={} reply=\"{} {}\"", protocol(),
        stream_.peer().address(), printable(reverse_path_.text()), incoming_->bytes, refusal.code,
        printable(refusal.text));
    // Only the last chunk, and DATA, are answered by each recipient in LMTP (RFC 2033 §4.2, RFC 3030 §4.2).
    if (last) {
      answer_all(refusal);
    } else {
      reply(refusal);
    }
  } else {
    co_await deposit_message();
  }
  if (!recipients_.empty()) {  // without them there was no message, only octets
    no_mail_since_ = server_.clock.now();
    idle_commands_ = 0;
  }
  forget_transaction();
}

Task<void> Session::deposit_message() {
  auto message = co_await incoming_->receiver->finish();
  if (!message) {
    answer_all(refusal_of(message.error()));
    co_return;
  }
  const auto bytes = incoming_->bytes;
  const auto id = server_.random.hex(8);
  auto outcome = co_await server_.deposit.submit(transaction(), std::move(*message));
  if (!outcome) {
    const auto refusal = refusal_of(outcome.error());
    log(Level::Info, "smtp message-refused protocol={} address={} id={} from={} bytes={} reply=\"{} {}\"", protocol(),
        stream_.peer().address(), id, printable(reverse_path_.text()), bytes, refusal.code,
        printable(outcome.error().text));
    answer_all(refusal);
    co_return;
  }
  if (outcome->refusal) {
    const auto& [status, text] = *outcome->refusal;
    log(Level::Info, "smtp message-refused protocol={} address={} id={} from={} bytes={} reply=\"550 {} {}\"",
        protocol(), stream_.peer().address(), id, printable(reverse_path_.text()), bytes, status, printable(text));
    answer_all({550, status, text});
    co_return;
  }
  log(Level::Info, "smtp message-accepted protocol={} address={} id={} from={} recipients={} bytes={} message-id={}",
      protocol(), stream_.peer().address(), id, printable(reverse_path_.text()), recipients_.size(), bytes,
      printable(outcome->message_id));
  answer(*outcome, {250, "2.0.0", "ok, queued as " + id});
}

/// SMTP has one reply for the message, LMTP one for each recipient in the order of RCPT (RFC 2033 §4.2).
void Session::answer(const service::Deposit::Outcome& outcome, const smtp::Reply& accepted) {
  const auto reply_to = [&](const Result<service::Appended>& delivery) {
    reply(delivery ? accepted : refusal_of(delivery.error()));
  };
  if (outcome.repeated) return answer_all(accepted);
  if (lmtp()) {
    std::ranges::for_each(outcome.deliveries, reply_to);
    return;
  }
  const auto failed = std::ranges::find_if(outcome.deliveries, [](const auto& delivery) { return !delivery; });
  reply(failed == outcome.deliveries.end() ? accepted : refusal_of(failed->error()));
}

void Session::answer_all(const smtp::Reply& one) {
  const auto times = lmtp() ? std::max<std::size_t>(recipients_.size(), 1) : 1;
  for (std::size_t i = 0; i < times; ++i) reply(one);
}

void Session::forget_transaction() {
  reverse_path_ = {};
  options_ = {};
  size_ = 0;
  recipients_ = {};
  incoming_.reset();
  chunk_is_last_.reset();
  if (phase_ != Phase::Closed && phase_ != Phase::Greeted) enter(Phase::Ready);
}

service::Transaction Session::transaction() const {
  service::Transaction transaction;
  if (account_) transaction.principal = *account_;
  transaction.reverse_path = reverse_path_;
  transaction.options = options_;
  // It was made lines when it came.
  if (options_.body == mail::Body::BinaryMime) transaction.options.body = mail::Body::EightBitMime;
  transaction.recipients = recipients_;
  transaction.received_from = clean_name(hello_.name) + " (" + address_literal(stream_.peer()) + ")";
  transaction.peer = stream_.peer().peer_key();
  transaction.client_name = hello_.name;
  if (role_ == Role::Mx) transaction.client_address = stream_.peer().address();
  // RFC 3848, RFC 6531 §4.3
  const bool plain = hello_.verb == smtp::Hello::Verb::Helo;
  std::string with = lmtp() ? "LMTP" : plain ? "SMTP" : "ESMTP";
  if (options_.smtputf8) with = lmtp() ? "UTF8LMTP" : "UTF8SMTP";
  if (!plain && stream_.encrypted()) with += 'S';
  if (!plain && account_) with += 'A';
  transaction.protocol = std::move(with);
  return transaction;
}

}  // namespace paraph::session_smtp
