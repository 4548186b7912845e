#include <exception>

#include "base/log.h"
#include "session/imap/session.h"

namespace paraph::session_imap {
namespace {

/// What is still to be said to the client; empty text: nothing.
struct LastWords {
  std::string_view code, text;
};

/// Runs the dialogue; whatever breaks it becomes the last words.
Task<LastWords> run_to_the_end(Session& session, const net::Endpoint& peer) {
  const auto tell = [&](Level level, std::string_view what) {
    log(level, "imap session-ended address={} user={} reason=\"{}\"", peer.address(), printable(session.user()),
        printable(what));
  };
  try {
    co_await session.run();
  } catch (const Stopping&) {
    co_return LastWords{"UNAVAILABLE", "the server is going down, try again later"};
  } catch (const net::DeadlineError& error) {
    tell(Level::Info, error.what());
    co_return LastWords{"", "logged out: nothing came in time"};
  } catch (const net::PeerGone& error) {
    tell(Level::Debug, error.what());
  } catch (const net::Overloaded& error) {
    tell(Level::Warn, error.what());
    co_return LastWords{"UNAVAILABLE", "too busy, try again later"};
  } catch (const std::exception& error) {
    tell(Level::Error, error.what());
    co_return LastWords{"SERVERBUG", "the server failed, try again later"};
  }
  co_return LastWords{};
}

/// Best effort: a peer that is not there any more is no news.
Task<void> part(Session& session, LastWords last) try {
  co_await session.say_goodbye(last.code, last.text);
} catch (const std::exception&) {
  co_return;
}

}  // namespace

Task<void> serve(Server& server, Tls tls, std::unique_ptr<net::Stream> stream) {
  auto session = std::make_unique<Session>(server, tls, *stream);
  const auto last = co_await run_to_the_end(*session, stream->peer());
  if (!last.text.empty()) co_await part(*session, last);
  session.reset();
  co_await stream->finish();
}

Task<void> refuse(Server& server, std::unique_ptr<net::Stream> stream) try {
  const std::string line = "* BYE [UNAVAILABLE] " + server.name + " has too many connections, try again later\r\n";
  co_await stream->write(line);
  co_await stream->finish();
} catch (const std::exception&) {
  co_return;
}

}  // namespace paraph::session_imap
