#include "session/imap/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <span>

#include "base/assert.h"
#include "base/log.h"
#include "wire/imap/parse.h"

namespace paraph::session_imap {
namespace {
constexpr std::size_t kCommandReadBytes = 4 * 1024;
constexpr std::size_t kMessageReadBytes = 64 * 1024;
constexpr net::Duration kGoodbyeTime{2'000};
}  // namespace

/// One row per command: in which phases it may come, and who handles it.
struct Session::Row {
  std::size_t index;  ///< in imap::CommandBody
  Phases phases;
  Task<void> (*handle)(Session&, imap::CommandBody&&);

  template <class C, Task<void> (Session::*Handler)(C)>
  static Row of(Phases phases) {
    return {imap::CommandBody(C{}).index(), phases, [](Session& session, imap::CommandBody&& body) {
              return (session.*Handler)(std::get<C>(std::move(body)));
            }};
  }
};

const Session::Row* Session::row_of(const imap::CommandBody& body) {
  constexpr auto kBefore = static_cast<Phases>(Phase::NotAuthenticated);
  static const std::array kTable{
      Row::of<imap::Capability, &Session::capability>(kAnyPhase),
      Row::of<imap::Noop, &Session::noop>(kAnyPhase),
      Row::of<imap::Logout, &Session::logout>(kAnyPhase),
      Row::of<imap::Id, &Session::id>(kAnyPhase),
      Row::of<imap::StartTls, &Session::start_tls>(kBefore),
      Row::of<imap::Authenticate, &Session::authenticate>(kBefore),
      Row::of<imap::Login, &Session::login>(kBefore),
      Row::of<imap::Enable, &Session::enable>(kLoggedIn),
      Row::of<imap::Namespace, &Session::name_space>(kLoggedIn),
      Row::of<imap::Idle, &Session::idle>(kLoggedIn),
      Row::of<imap::Select, &Session::select>(kLoggedIn),
      Row::of<imap::Create, &Session::create>(kLoggedIn),
      Row::of<imap::Delete, &Session::delete_mailbox>(kLoggedIn),
      Row::of<imap::Rename, &Session::rename>(kLoggedIn),
      Row::of<imap::Subscribe, &Session::subscribe>(kLoggedIn),
      Row::of<imap::Unsubscribe, &Session::unsubscribe>(kLoggedIn),
      Row::of<imap::List, &Session::list>(kLoggedIn),
      Row::of<imap::Lsub, &Session::lsub>(kLoggedIn),
      Row::of<imap::Status, &Session::status>(kLoggedIn),
      Row::of<imap::GetMetadata, &Session::get_metadata>(kLoggedIn),
      Row::of<imap::SetMetadata, &Session::set_metadata>(kLoggedIn),
      Row::of<imap::Check, &Session::check>(kSelected),
      Row::of<imap::Close, &Session::close>(kSelected),
      Row::of<imap::Unselect, &Session::unselect>(kSelected),
      Row::of<imap::Expunge, &Session::expunge>(kSelected),
      Row::of<imap::Search, &Session::search>(kSelected),
      Row::of<imap::Fetch, &Session::fetch>(kSelected),
      Row::of<imap::Store, &Session::store>(kSelected),
      Row::of<imap::Copy, &Session::copy>(kSelected),
      Row::of<imap::Move, &Session::move>(kSelected),
  };
  const auto* row = std::ranges::find(kTable, body.index(), &Row::index);
  return row == kTable.end() ? nullptr : row;
}

Session::Session(Server& server, Tls tls, net::Stream& stream)
    : server_(server), stream_(stream), out_(stream), tls_(tls), stranger_(std::in_place, server.logins) {}

Task<void> Session::run() {
  co_await greet();
  while (phase_ != Phase::Logout) {
    const auto event = co_await next_event();
    co_await handle(event);
  }
  co_await flush();
}

Task<void> Session::greet() {
  stream_.set_deadline(server_.limits.login_timeout);
  if (tls_ == Tls::Implicit) {
    auto secured = co_await stream_.start_tls(server_.tls.get());
    if (!secured) throw net::PeerGone(secured.error().text);
  }
  if (stranger_->one_too_many()) {
    log(Level::Warn, "imap too-many-strangers address={}", stream_.peer().address());
    untagged(imap::Condition::Bye, "UNAVAILABLE", "too many clients have not logged in, try again later");
    enter(Phase::Logout);
    co_return;
  }
  untagged(imap::Condition::Ok, "CAPABILITY " + capabilities(), server_.name + " Paraph is ready");
}

/// An ordinary function: while a command waits, nothing of what is done here lies in a frame.
Task<void> Session::handle(imap::Framer::Event event) {
  switch (event.kind) {
    case imap::Framer::Kind::Command:
      return begin(event.text);
    case imap::Framer::Kind::Literal:
      accept_literal(event.sync);
      return nothing();
    case imap::Framer::Kind::Message:
      return append(event);
    case imap::Framer::Kind::TooLong:
      tag_ = event.text;
      bad("the command is too long");
      return nothing();
    default:  // lines and octets are read where they are wanted
      return nothing();
  }
}

Task<void> Session::begin(std::string_view text) {
  auto command = imap::parse_command(text);
  if (!command) {
    tag_ = imap::command_tag(text);
    refuse(command.error());
    return nothing();
  }
  tag_ = std::move(command->tag);
  name_ = std::move(command->name);
  const auto* row = row_of(command->body);
  if (row == nullptr || (row->phases & static_cast<Phases>(phase_)) == 0) {
    bad(name_ + (phase_ == Phase::NotAuthenticated ? " needs a log-in first" : " is out of order here"));
    return nothing();
  }
  return row->handle(*this, std::move(command->body));
}

Task<void> Session::nothing() { co_return; }

Task<imap::Framer::Event> Session::next_event() {
  for (;;) {
    const auto event = framer_.next();
    if (event.kind != imap::Framer::Kind::NeedMore) {
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
    co_await flush();
    armed_ = false;
  }
  // A command, however slowly it drips in, has one deadline; so has everything before the log-in.
  if (!armed_ && phase_ != Phase::NotAuthenticated) stream_.set_deadline(rest_time());
  armed_ = true;
  if (!taking_octets_) {
    input_.reset();
    const auto wake = co_await stream_.wait();
    if (wake == net::Wake::Deadline) throw net::DeadlineError("no command came in time");
    if (wake == net::Wake::Poked) {
      if (server_.gate.stopping()) throw Stopping{};
      if (idling_) co_await sync(Expunges::Tell);
      if (phase_ == Phase::Logout) {
        co_await flush();
        throw net::PeerGone("the mailbox was deleted");
      }
      co_return;
    }
  }
  const auto room_bytes = taking_octets_ ? kMessageReadBytes : kCommandReadBytes;
  if (!input_ || input_bytes_ != room_bytes) input_ = std::make_unique_for_overwrite<char[]>(room_bytes);
  input_bytes_ = room_bytes;
  const std::span<char> room(input_.get(), room_bytes);
  const auto bytes = co_await stream_.read_some(room);
  if (bytes == 0) throw net::PeerGone("the client closed without LOGOUT");
  framer_.feed({input_.get(), bytes});
}

net::Duration Session::rest_time() const {
  const auto& limits = server_.limits;
  if (!taking_octets_) return limits.imap_idle_timeout;
  const auto spent = std::chrono::duration_cast<net::Duration>(server_.clock.now() - message_started_);
  const auto left = std::max(net::Duration(limits.data_total_timeout) - spent, net::Duration(0));
  return std::min(net::Duration(limits.data_timeout), left);
}

Task<void> Session::flush() {
  if (phase_ != Phase::NotAuthenticated) stream_.set_deadline(server_.limits.write_timeout);
  return out_.flush();
}

/// A piece of what is too large to gather. Each has its own deadline.
Task<void> Session::write_piece(std::string_view octets) {
  stream_.set_deadline(server_.limits.write_timeout);
  return out_.write(octets);
}

/// Lets the other sessions of this event loop go on: in the middle of a long command whose every read was answered from
/// memory.
Task<void> Session::breathe() { return boost::asio::post(stream_.executor(), use_task); }

std::vector<Uid> Session::uids_at(const std::vector<std::uint32_t>& indexes) const {
  std::vector<Uid> uids;
  uids.reserve(indexes.size());
  for (const auto index : indexes) uids.push_back(selected_->view.at(index));
  return uids;
}

void Session::accept_literal(imap::Sync sync) {
  if (sync == imap::Sync::Yes) out() += "+ go ahead\r\n";
  framer_.accept();
}

void Session::enter(Phase phase) {
  PARAPH_ASSERT(phase_ != Phase::Logout || phase == Phase::Logout);
  PARAPH_ASSERT(phase == Phase::NotAuthenticated || phase == Phase::Logout || account_);
  PARAPH_ASSERT((phase == Phase::Selected) == (selected_ != nullptr) || phase == Phase::Logout);
  phase_ = phase;
}

Task<void> Session::say_goodbye(std::string_view code, std::string_view text) {
  stream_.set_deadline(kGoodbyeTime);
  untagged(imap::Condition::Bye, code, text);
  return out_.flush();
}

}  // namespace paraph::session_imap
