#include "session/smtp/session.h"

#include <algorithm>
#include <exception>
#include <span>

#include "base/assert.h"
#include "base/log.h"
#include "wire/smtp/reply_for.h"

namespace paraph::session_smtp {
namespace {
constexpr std::size_t kCommandReadBytes = 4 * 1024;
constexpr std::size_t kMessageReadBytes = 64 * 1024;
constexpr net::Duration kGoodbyeTime{2'000};

Task<void> nothing() { co_return; }
}  // namespace

/// One row per command: in which phases it may come, in which of them it brings mail nearer, and who handles it.
struct Session::Row {
  std::size_t index;  ///< of smtp::Command
  const char* name;
  Phases phases;
  Phases mail_phases;
  Task<void> (*handle)(Session&, smtp::Command&&);

  template <class C, Task<void> (Session::*Handler)(C)>
  static constexpr Row of(const char* name, Phases phases, Phases mail_phases = 0) {
    return {smtp::Command(C{}).index(), name, phases, mail_phases, [](Session& session, smtp::Command&& command) {
              return (session.*Handler)(std::get<C>(std::move(command)));
            }};
  }
};

const Session::Row* Session::row_of(const smtp::Command& command) {
  static const Row kTable[] = {
      Row::of<smtp::Hello, &Session::hello>("EHLO", kAnyPhase),
      Row::of<smtp::StartTls, &Session::start_tls>("STARTTLS", Phase::Greeted | Phase::Ready),
      Row::of<smtp::Auth, &Session::auth>("AUTH", Phases(Phase::Ready)),
      Row::of<smtp::MailFrom, &Session::mail>("MAIL", Phases(Phase::Ready), Phases(Phase::Ready)),
      Row::of<smtp::RcptTo, &Session::rcpt>("RCPT", Phase::Mail | Phase::Recipients, Phase::Mail | Phase::Recipients),
      Row::of<smtp::Data, &Session::data>("DATA", Phase::Mail | Phase::Recipients, Phases(Phase::Recipients)),
      // Its octets come whatever we think of it.
      Row::of<smtp::Bdat, &Session::bdat>("BDAT", kAnyPhase, Phase::Recipients | Phase::Chunks),
      Row::of<smtp::Rset, &Session::rset>("RSET", kAnyPhase),
      Row::of<smtp::Noop, &Session::noop>("NOOP", kAnyPhase),
      Row::of<smtp::Quit, &Session::quit>("QUIT", kAnyPhase),
      Row::of<smtp::Vrfy, &Session::vrfy>("VRFY", kAnyPhase),
      Row::of<smtp::Expn, &Session::expn>("EXPN", kAnyPhase),
      Row::of<smtp::Help, &Session::help>("HELP", kAnyPhase),
  };
  const auto* row = std::ranges::find(kTable, command.index(), &Row::index);
  PARAPH_ASSERT(row != std::end(kTable));
  return row;
}

Session::Session(Server& server, Role role, net::Stream& stream)
    : server_(server), role_(role), stream_(stream), out_(stream), no_mail_since_(server.clock.now()) {
  if (submission()) stranger_.emplace(server.logins);
}

Task<void> Session::run() {
  co_await greet();
  while (phase_ != Phase::Closed) {
    const auto event = co_await next_event();
    switch (event.kind) {
      case smtp::Framer::Kind::Line:
        co_await handle_line(event.text);
        break;
      case smtp::Framer::Kind::BadLine:
        blame({500, "5.5.2", "that line is too long, or does not end in CR LF"});
        break;
      case smtp::Framer::Kind::Octets:
        co_await take_octets(event.text);
        break;
      case smtp::Framer::Kind::MessageEnd:
      case smtp::Framer::Kind::ChunkEnd:
        co_await end_message(event.line_ends);
        break;
      case smtp::Framer::Kind::NeedMore:
        break;
    }
  }
  co_await out_.flush();
}

Task<void> Session::greet() {
  stream_.set_deadline(server_.limits.greeting_timeout);
  if (role_ == Role::Submissions) {
    auto secured = co_await stream_.start_tls(server_.tls.get());
    if (!secured) throw net::PeerGone(secured.error().text);
  }
  if (stranger_ && stranger_->one_too_many()) {
    log(Level::Warn, "smtp too-many-strangers protocol={} address={}", protocol(), stream_.peer().address());
    reply(421, "4.3.2", "too many clients have not logged in, try again later");
    enter(Phase::Closed);
    co_return;
  }
  out_ << "220 " << server_.name << (lmtp() ? " LMTP Paraph\r\n" : " ESMTP Paraph\r\n");
}

Task<smtp::Framer::Event> Session::next_event() {
  for (;;) {
    const auto event = framer_.next();
    if (event.kind != smtp::Framer::Kind::NeedMore) {
      armed_ = false;
      co_return event;
    }
    co_await read_more();
  }
}

/// All that came is used up: the replies leave, then more octets are read. Between commands the session rests without a
/// buffer.
Task<void> Session::read_more() {
  if (!out_.empty()) {
    stream_.set_deadline(write_time());
    co_await out_.flush();
    armed_ = false;
  }
  // A command, however slowly it drips in, has one deadline; each piece of a message has its own.
  if (!armed_) stream_.set_deadline(read_time());
  armed_ = true;
  if (!taking_octets_) {
    input_.reset();
    const auto wake = co_await stream_.wait();
    if (wake == net::Wake::Deadline) throw net::DeadlineError("no command came in time");
    if (wake == net::Wake::Poked) {
      if (server_.gate.stopping()) throw Stopping{};
      co_return;
    }
  }
  const auto room_bytes = taking_octets_ ? kMessageReadBytes : kCommandReadBytes;
  if (!input_ || input_bytes_ != room_bytes) input_ = std::make_unique_for_overwrite<char[]>(room_bytes);
  input_bytes_ = room_bytes;
  const std::span<char> room(input_.get(), room_bytes);
  const auto bytes = co_await stream_.read_some(room);
  if (bytes == 0) throw net::PeerGone("the client closed without QUIT");
  framer_.feed({input_.get(), bytes});
}

net::Duration Session::read_time() const {
  const auto& limits = server_.limits;
  const auto time = taking_octets_             ? limits.data_timeout
                    : phase_ == Phase::Greeted ? limits.greeting_timeout
                                               : limits.command_timeout;
  return std::min<net::Duration>(time, time_left());
}

net::Duration Session::write_time() const { return std::min<net::Duration>(server_.limits.write_timeout, time_left()); }

/// Each wait has its time, and all waits together have one, so that nobody holds a connection with a word now and then,
/// or by reading slowly: while a message comes in, of the message; else until the next one.
net::Duration Session::time_left() const {
  const auto& limits = server_.limits;
  const auto since = incoming_ ? incoming_->started : no_mail_since_;
  const net::Duration most = incoming_ ? limits.data_total_timeout : limits.transaction_timeout;
  const auto spent = std::chrono::duration_cast<net::Duration>(server_.clock.now() - since);
  return std::max(most - spent, net::Duration(0));
}

Task<void> Session::handle_line(std::string_view line) {
  auto command = smtp::parse_command(line, options_.smtputf8 ? smtp::Utf8::Yes : smtp::Utf8::No);
  if (!command) {
    blame(command.error());
    co_return;
  }
  co_await dispatch(std::move(*command));
}

/// An ordinary function: the command is moved on, so nothing of it lies in a frame below the handler's.
Task<void> Session::dispatch(smtp::Command command) {
  const auto* row = row_of(command);
  if (!brings_mail(*row) && !take_idle_command()) return nothing();
  const bool fits = (row->phases & static_cast<Phases>(phase_)) != 0;
  if (fits || std::holds_alternative<smtp::Bdat>(command)) return row->handle(*this, std::move(command));
  return out_of_order(row->name);
}

bool Session::brings_mail(const Row& row) const { return (row.mail_phases & static_cast<Phases>(phase_)) != 0; }

bool Session::take_idle_command() {
  if (++idle_commands_ <= server_.limits.idle_commands_max) return true;
  log(Level::Info, "smtp too-many-idle-commands protocol={} address={}", protocol(), stream_.peer().address());
  break_off("too many commands without a message");
  return false;
}

Task<void> Session::out_of_order(const char* name) {
  const bool greeted = phase_ == Phase::Greeted;
  blame({503, "5.5.1", std::string(name) + (greeted ? " comes after EHLO" : " is out of order here")});
  co_return;
}

void Session::enter(Phase phase) {
  PARAPH_ASSERT(phase_ != Phase::Closed || phase == Phase::Closed);
  PARAPH_ASSERT(phase != Phase::Recipients || !recipients_.empty());
  phase_ = phase;
}

void Session::reply(int code, std::string_view enhanced, std::string_view text) {
  reply({.code = code, .enhanced = std::string(enhanced), .text = std::string(text)});
}

void Session::blame(const smtp::Reply& reason) {
  if (++bad_commands_ < server_.limits.bad_commands_max) return reply(reason);
  log(Level::Info, "smtp too-many-errors protocol={} address={}", protocol(), stream_.peer().address());
  break_off("too many errors");
}

void Session::break_off(std::string_view why) {
  reply(421, "4.7.0", why);
  enter(Phase::Closed);
}

const char* Session::protocol() const {
  switch (role_) {
    case Role::Submission:
      return "submission";
    case Role::Submissions:
      return "submissions";
    case Role::Mx:
      return "mx";
    case Role::Lmtp:
      return "lmtp";
  }
  return "smtp";
}

Task<void> Session::say_goodbye(smtp::Reply last_words) {
  stream_.set_deadline(kGoodbyeTime);
  if (last_words.code != 0) reply(last_words);
  co_await out_.flush();
}

}  // namespace paraph::session_smtp
