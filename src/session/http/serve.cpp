#include <exception>

#include "base/log.h"
#include "base/text.h"
#include "session/http/session.h"
#include "wire/http/format.h"

namespace paraph::session_http {
namespace {

/// The answer that is still owed; status 0: none.
struct LastWords {
  unsigned status = 0;
  std::string_view text;
};

/// Runs the dialogue; whatever breaks it becomes the last words.
Task<LastWords> run_to_the_end(Session& session, const net::Endpoint& peer) {
  const auto tell = [&](Level level, std::string_view what) {
    log(level, "http session-ended address={} reason=\"{}\"", peer.address(), printable(what));
  };
  try {
    co_await session.run();
  } catch (const Stopping&) {
    co_return LastWords{503, "the server is going down, try again later"};
  } catch (const net::DeadlineError& error) {
    tell(session.owes_answer() ? Level::Info : Level::Debug, error.what());
    co_return LastWords{408, "the request did not come in time"};
  } catch (const net::PeerGone& error) {
    tell(Level::Debug, error.what());
  } catch (const net::Overloaded& error) {
    tell(Level::Warn, error.what());
    co_return LastWords{503, "too busy, try again later"};
  } catch (const std::exception& error) {
    tell(Level::Error, error.what());
    co_return LastWords{500, "the server failed, try again later"};
  }
  co_return LastWords{};
}

/// Best effort: a peer that is not there any more is no news.
Task<void> part(Session& session, LastWords last) try {
  auto response = error_response(last.status, last.text);
  co_await session.say_goodbye(std::move(response));
} catch (const std::exception&) {
  co_return;
}

}  // namespace

Task<void> serve(Server& server, Tls tls, std::unique_ptr<net::Stream> stream) {
  auto session = std::make_unique<Session>(server, tls, *stream);
  const auto last = co_await run_to_the_end(*session, stream->peer());
  if (last.status != 0 && session->owes_answer()) co_await part(*session, last);
  session.reset();
  co_await stream->finish();
}

Task<void> refuse(Server& server, Tls tls, std::unique_ptr<net::Stream> stream) try {
  if (tls == Tls::None) {
    const auto response = error_response(503, "too many connections, try again later");
    const auto octets = http::format_head(response, server.clock.now(), http::Persist::No) + response.body;
    co_await stream->write(octets);
  }
  co_await stream->finish();
} catch (const std::exception&) {
  co_return;
}

}  // namespace paraph::session_http
