#include <exception>

#include "base/log.h"
#include "session/smtp/session.h"

namespace paraph::session_smtp {
namespace {

/// Runs the dialogue; whatever breaks it becomes the last reply (code 0: there is nobody left to tell).
Task<smtp::Reply> run_to_the_end(Session& session, const net::Endpoint& peer) {
  const auto tell = [&](Level level, std::string_view what) {
    log(level, "smtp session-ended protocol={} address={} reason=\"{}\"", session.protocol(), peer.address(),
        printable(what));
  };
  try {
    co_await session.run();
  } catch (const Stopping&) {
    co_return smtp::Reply{421, "4.3.2", "the server is going down, try again later"};
  } catch (const net::DeadlineError& error) {
    tell(Level::Info, error.what());
    co_return smtp::Reply{421, "4.4.2", "timed out"};
  } catch (const net::PeerGone& error) {
    tell(Level::Debug, error.what());
  } catch (const net::Overloaded& error) {
    tell(Level::Warn, error.what());
    co_return smtp::Reply{421, "4.3.2", "too busy, try again later"};
  } catch (const std::exception& error) {
    tell(Level::Error, error.what());
    co_return smtp::Reply{421, "4.3.0", "the server failed, try again later"};
  }
  co_return smtp::Reply{.code = 0};
}

/// Best effort: a peer that is not there any more is no news.
Task<void> part(Session& session, smtp::Reply last_words) try {
  co_await session.say_goodbye(std::move(last_words));
} catch (const std::exception&) {
  co_return;
}

}  // namespace

Task<void> serve(Server& server, Role role, std::unique_ptr<net::Stream> stream) {
  auto session = std::make_unique<Session>(server, role, *stream);
  auto last_words = co_await run_to_the_end(*session, stream->peer());
  if (last_words.code != 0) co_await part(*session, std::move(last_words));
  session.reset();
  co_await stream->finish();
}

Task<void> refuse(Server& server, std::unique_ptr<net::Stream> stream) try {
  const std::string line = "421 4.3.2 " + server.name + " has too many connections, try again later\r\n";
  co_await stream->write(line);
  co_await stream->finish();
} catch (const std::exception&) {
  co_return;
}

}  // namespace paraph::session_smtp
