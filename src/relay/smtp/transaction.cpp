#include "relay/smtp/transaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "wire/smtp/format_command.h"

namespace paraph::relay::smtp {
namespace {

using mail::Body;

bool is_ascii_address(const mail::Address& address) { return is_ascii(address.local) && is_ascii(address.domain); }

/// A client may have said SMTPUTF8 for a message that has no need of it.
bool needs_utf8(const Job& job) {
  if (job.options.smtputf8 && job.has_8bit) return true;
  return !is_ascii_address(job.reverse_path) ||
         !std::ranges::all_of(job.recipients, [](const mail::Recipient& one) { return is_ascii_address(one.address); });
}

bool takes_body(const wire::Extensions& offered, const Job& job) {
  if (job.options.body == Body::BinaryMime) return offered.binary_mime && offered.chunking;
  return !job.has_8bit || offered.eight_bit_mime;
}

std::string_view name_of(int step) {
  constexpr std::string_view kNames[] = {"RSET", "MAIL", "RCPT", "DATA", "the message"};
  return kNames[step];
}

/// Of a reply to RCPT: RFC 5321 §4.5.3.1.10, where 552 is for old servers. A full mailbox says so (x.2.2).
bool says_too_many(const Answer& answer) {
  if (answer.code != 452 && answer.code != 552) return false;
  return answer.enhanced.empty() || answer.enhanced == "4.5.3" || answer.enhanced == "5.5.3";
}

bool is_2xx(int code) { return code >= 200 && code <= 299; }

}  // namespace

Misfit misfit_of(const Host& host, const Connection& connection, const Job& job) {
  const auto& offered = connection.offered;
  // RFC 8689 §4.2.1: an authenticated server that promises to keep it so; a report goes without (§5).
  const bool proved = connection.stream().encrypted() && (host.tls == Tls::Required || host.tls == Tls::Dane);
  const bool must_promise = job.options.require_tls && !job.reverse_path.null();
  if (must_promise && !(proved && offered.require_tls)) return Misfit::Tls;
  if (needs_utf8(job) && !offered.smtputf8) return Misfit::Utf8;
  if (!takes_body(offered, job)) return Misfit::SevenBit;
  if (offered.size_max != 0 && job.content.bytes() > offered.size_max) return Misfit::Size;
  return Misfit::None;
}

Transaction::Transaction(Connection& connection, const Job& job, const Options& options)
    : connection_(connection),
      job_(job),
      options_(options),
      answers_(job.recipients.size()),
      states_(job.recipients.size(), State::Asked),
      utf8_(needs_utf8(job)) {}

std::size_t Transaction::taken() const { return static_cast<std::size_t>(std::ranges::count(states_, State::Taken)); }

void Transaction::answer_rest(const Answer& answer) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == State::Answered || states_[i] == State::TooMany) continue;
    states_[i] = State::Answered;
    answers_[i] = answer;
  }
}

// An address that would be two commands, and what is past the server's RCPTMAX (RFC 9422 §4.2).
void Transaction::refuse_what_cannot_go() {
  if (wire::has_controls(job_.reverse_path))
    answer_rest({.code = 553, .enhanced = "5.1.7", .text = "the sender's address holds control characters"});
  const auto rcpt_max = connection_.offered.rcpt_max;
  std::size_t asked = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == State::Answered) continue;
    if (wire::has_controls(job_.recipients[i].address)) {
      answers_[i] = {.code = 553, .enhanced = "5.1.3", .text = "the address holds control characters"};
      states_[i] = State::Answered;
    } else if (rcpt_max != 0 && ++asked > rcpt_max) {
      answers_[i] = {.code = 452, .enhanced = "4.5.3", .text = "the server takes fewer recipients in one transaction"};
      states_[i] = State::TooMany;
    }
  }
}

bool Transaction::one_trip() const {
  const auto& offered = connection_.offered;
  return offered.pipelining && offered.chunking && job_.content.bytes() <= options_.one_trip_bytes_max;
}

std::string Transaction::mail_line() const {
  wire::Declared declared{.bytes = job_.content.bytes(), .body = Body::SevenBit, .smtputf8 = utf8_};
  if (job_.has_8bit) declared.body = Body::EightBitMime;
  if (job_.options.body == Body::BinaryMime) declared.body = Body::BinaryMime;
  std::string line;
  wire::append_mail(line, job_.reverse_path, job_.options, declared, connection_.offered);
  return line;
}

Task<Result<void>> Transaction::run() {
  refuse_what_cannot_go();
  if (std::ranges::count(states_, State::Asked) == 0) {
    unheard_ = false;
    co_return Result<void>();
  }
  ++connection_.messages;
  PARAPH_CO_CHECK(co_await envelope());
  if (!over_ && !expected_.empty()) {
    PARAPH_CO_CHECK(co_await settle());
  }
  if (!over_) {
    PARAPH_CO_CHECK(co_await send_data());
  }
  answer_rest(no_answer("the transaction ended without a reply"));
  co_return Result<void>();
}

/// MAIL and RCPT, and with PIPELINING what may follow them.
Task<Result<void>> Transaction::envelope() {
  if (connection_.needs_reset) {
    PARAPH_CO_CHECK(co_await say("RSET\r\n", Step::Reset));
  }
  connection_.needs_reset = true;  // until it has ended well
  if (!over_) {
    PARAPH_CO_CHECK(co_await say(mail_line(), Step::Mail));
  }
  for (std::size_t i = 0; i < states_.size() && !over_; ++i) {
    if (states_[i] != State::Asked) continue;
    std::string line;
    wire::append_rcpt(line, job_.recipients[i], connection_.offered, utf8_);
    PARAPH_CO_CHECK(co_await say(std::move(line), Step::Rcpt, i));
  }
  if (over_ || !connection_.offered.pipelining) co_return Result<void>();
  if (one_trip()) {
    PARAPH_CO_CHECK(co_await stream_chunk());
  } else if (!connection_.offered.chunking) {
    PARAPH_CO_CHECK(co_await say("DATA\r\n", Step::Data));
  }
  co_return Result<void>();
}

/// What was taken, or the end of a DATA that nobody has use for.
Task<Result<void>> Transaction::send_data() {
  if (complete_) co_return Result<void>();
  if (taken() == 0 && !data_open_) co_return Result<void>();
  if (connection_.offered.chunking) {
    PARAPH_CO_CHECK(co_await stream_chunk());
    PARAPH_CO_CHECK(co_await settle());
    co_return Result<void>();
  }
  if (!data_open_) {
    PARAPH_CO_CHECK(co_await say("DATA\r\n", Step::Data));
  }
  if (over_ || !data_open_) co_return Result<void>();
  PARAPH_CO_CHECK(co_await stream_dotted());
  co_return Result<void>();
}

/// With PIPELINING it waits for the others.
Task<Result<void>> Transaction::say(std::string command, Step step, std::size_t recipient) {
  burst_ += command;
  expected_.push_back({step, recipient});
  if (connection_.offered.pipelining) co_return Result<void>();
  PARAPH_CO_CHECK(co_await settle());
  co_return Result<void>();
}

/// Writes what is gathered, and reads the replies to all that was asked.
Task<Result<void>> Transaction::settle() {
  auto written = co_await connection_.write(burst_, options_.patience.piece);
  burst_.clear();
  // A server that took not everything may have said why before that.
  const auto within = [&](Step step) {
    if (!written) return options_.patience.last_words;
    if (step == Step::End) return options_.patience.end;
    return step == Step::Data ? options_.patience.data : options_.patience.command;
  };
  while (!expected_.empty() && !over_) {
    const auto expected = expected_.front();
    expected_.pop_front();
    auto reply = co_await connection_.read_reply(name_of(static_cast<int>(expected.step)), within(expected.step));
    if (!reply) {
      broke_off_ = !complete_;
      answer_rest(no_answer(written ? std::move(reply).error().text : std::move(written).error().text));
      over_ = true;
    } else if (!written && expected.step == Step::End && reply->code < 400) {
      answer_rest(no_answer(std::move(written).error().text));
      over_ = true;
    } else {
      note(expected, answer_of(*reply));
    }
  }
  if (!written || over_) connection_.close();
  co_return Result<void>();
}

void Transaction::note(Expected expected, const Answer& answer) {
  if (answer.code != 421 && expected.step != Step::Reset) unheard_ = false;
  // RFC 5321 §3.8: it closes the connection now, whatever was asked.
  if (answer.code == 421) {
    broke_off_ = true;
    answer_rest(answer);
    over_ = true;
    return;
  }
  switch (expected.step) {
    case Step::Reset:
      return;
    case Step::Mail:
      mail_taken_ = is_2xx(answer.code);
      refused_ = !mail_taken_;
      if (!mail_taken_) answer_rest(answer);
      return;
    case Step::Rcpt:
      if (states_[expected.recipient] != State::Asked) return;
      states_[expected.recipient] = is_2xx(answer.code) ? State::Taken : State::Answered;
      answers_[expected.recipient] = answer;
      if (!says_too_many(answer)) return;
      states_[expected.recipient] = State::TooMany;
      answers_[expected.recipient].code = 452;
      return;
    case Step::Data:
      note_data(answer);
      return;
    case Step::End:
      if (is_2xx(answer.code) && taken() != 0) connection_.needs_reset = false;
      refused_ = refused_ || (!is_2xx(answer.code) && taken() != 0);
      answer_rest(answer);
      return;
  }
}

void Transaction::note_data(const Answer& answer) {
  data_open_ = answer.code == 354;
  if (data_open_ && connection_.at_rest()) return;
  const bool odd = data_open_ || answer.code < 400;
  refused_ = refused_ || taken() != 0;
  answer_rest(odd ? no_answer("what the server says to DATA is not understood") : answer);
  if (!odd) return;
  over_ = true;
}

Task<Result<void>> Transaction::write_burst(bool& broke) {
  auto written = co_await connection_.write(burst_, options_.patience.piece);
  burst_.clear();
  if (written) co_return Result<void>();
  broke = true;
  // What it said before it took no more is read as the reply to the message.
  auto reply = co_await connection_.read_reply("the message", options_.patience.last_words);
  const bool refused = reply && reply->code >= 400;
  broke_off_ = !refused || reply->code == 421;
  answer_rest(refused ? answer_of(*reply) : no_answer(std::move(written).error().text));
  if (refused) unheard_ = unheard_ && reply->code == 421;
  over_ = true;
  connection_.close();
  co_return Result<void>();
}

// RFC 5321 §4.1.1.4, and a single dot where no recipient was taken (RFC 2920 §3.1).
Task<Result<void>> Transaction::stream_dotted() {
  wire::DotStuffer stuffer;
  bool clean = true;
  for (bool more = taken() != 0; more && clean && !over_;) {
    auto piece = co_await job_.content.next(kPieceBytes);
    if (!piece) {
      connection_.close();
      co_return fail(std::move(piece));
    }
    more = !piece->empty();
    clean = stuffer.append(burst_, *piece);
    bool broke = false;
    if (clean && burst_.size() >= kPieceBytes) {
      PARAPH_CO_CHECK(co_await write_burst(broke));
    }
  }
  if (over_) co_return Result<void>();
  if (!clean || !stuffer.append_end(burst_)) {
    answer_rest({.code = 554, .enhanced = "5.6.0", .text = "the message has bare CR or LF, which DATA cannot carry"});
    over_ = true;
    connection_.close();
    co_return Result<void>();
  }
  complete_ = true;
  expected_.push_back({Step::End});
  PARAPH_CO_CHECK(co_await settle());
  co_return Result<void>();
}

Result<void> Transaction::content_changed() {
  connection_.close();
  return fail(Code::Corrupt, "a message is not as long as it should be");
}

// RFC 3030 §2: one chunk, and the last. The end of it stays in burst_, for settle().
Task<Result<void>> Transaction::stream_chunk() {
  const auto bytes = job_.content.bytes();
  burst_ += fmt::format("BDAT {} LAST\r\n", bytes);
  burst_.reserve(burst_.size() + (one_trip() ? bytes : std::min<std::uint64_t>(bytes, 2 * kPieceBytes)));
  std::uint64_t sent = 0;
  for (bool more = true; more && !over_;) {
    auto piece = co_await job_.content.next(kPieceBytes);
    if (!piece) {
      connection_.close();
      co_return fail(std::move(piece));
    }
    more = !piece->empty();
    sent += piece->size();
    if (sent > bytes || (!more && sent != bytes)) co_return content_changed();
    burst_ += *piece;
    bool broke = false;
    if (burst_.size() >= kPieceBytes && !one_trip()) {
      PARAPH_CO_CHECK(co_await write_burst(broke));
    }
  }
  if (over_) co_return Result<void>();
  complete_ = true;
  expected_.push_back({Step::End});
  co_return Result<void>();
}

}  // namespace paraph::relay::smtp
