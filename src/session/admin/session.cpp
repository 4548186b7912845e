#include "session/admin/session.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/log.h"
#include "base/text.h"
#include "net/deadline.h"

namespace paraph::admin {
namespace {

constexpr std::chrono::seconds kRequestTimeout{10};
constexpr std::chrono::seconds kPrintTimeout{60};

/// The next line of the peer. NotFound: the peer closed.
Task<Result<std::string>> read_line(net::Stream& stream, LineFramer& framer) {
  std::array<char, 16384> octets;
  for (std::string line;;) {
    PARAPH_CO_TRY(const bool whole, framer.next(line));
    if (whole) co_return line;
    const auto size = co_await stream.read_some(octets);
    if (size == 0) co_return fail(Code::NotFound, "the connection was closed");
    framer.feed({octets.data(), size});
  }
}

Task<void> print_to(net::Stream& stream, std::string line) {
  stream.set_deadline(kPrintTimeout);
  const auto answer = format_answer(Print{std::move(line)});
  co_await stream.write(answer);
  stream.set_deadline(net::kNoDeadline);  // a verb may work for long between two lines
}

Task<Result<void>> serve(net::Stream& stream, Verbs& verbs) {
  stream.set_deadline(kRequestTimeout);
  LineFramer framer(kRequestBytesMax);
  PARAPH_CO_TRY(const auto line, co_await read_line(stream, framer));
  PARAPH_CO_TRY(auto request, parse_request(line));
  if (request.verb == "check" && request.field("repair") == "yes")
    co_return fail(Code::Conflict, "a store is repaired at rest: stop the server first");
  stream.set_deadline(net::kNoDeadline);
  log(Level::Info, "admin verb=\"{}\" subject={}", printable(request.verb),
      printable(request.field(request.has("domain") ? "domain" : "address")));
  PrintLine print = [&stream](std::string text) { return print_to(stream, std::move(text)); };
  auto result = co_await verbs.run(std::move(request), std::move(print));
  co_return result;
}

}  // namespace

Task<void> run(std::unique_ptr<net::Stream> stream, Verbs& verbs) {
  const auto result = co_await serve(*stream, verbs);
  const auto answer = format_answer(result ? Answer(Done{}) : Answer(Failed{result.error().text}));
  stream->set_deadline(kPrintTimeout);
  co_await stream->write(answer);
  co_await stream->finish();
}

Task<Result<void>> ask(net::Stream& stream, Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto line, format_request(request));
  try {
    co_await stream.write(line);
    for (LineFramer framer(kAnswerLineBytesMax);;) {
      PARAPH_CO_TRY(const auto answer_line, co_await read_line(stream, framer));
      PARAPH_CO_TRY(auto answer, parse_answer(answer_line));
      if (auto* failed = std::get_if<Failed>(&answer)) co_return fail(Code::BadInput, std::move(failed->sentence));
      if (std::holds_alternative<Done>(answer)) co_return Result<void>();
      co_await print(std::move(std::get<Print>(answer).line));
    }
  } catch (const net::PeerGone&) {
    co_return fail(Code::Unavailable, "the server closed the connection: see its log");
  }
}

}  // namespace paraph::admin
