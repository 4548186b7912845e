// A whole HTTP session on in-memory streams and an in-memory store, fed with arbitrary octets. The first octet chooses
// who the client is, and whether it comes from this machine; the rest is what it sends, in two pieces. "@" at the end
// of a header line "A: @" stands for its credentials. Any crash, assert, leak or session that outlives its client is a
// finding.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "session/http/parser.h"
#include "session/http/testing.h"
#include "wire/http/conditions.h"
#include "wire/http/target.h"

namespace paraph::session_http {
namespace {

/// "A: @" becomes a whole Authorization field, so that the fuzzer need not guess a password.
std::string with_credentials(std::string_view input, const std::string& field) {
  constexpr std::string_view kPlace = "A: @";
  std::string octets;
  for (auto at = input.find(kPlace); at != std::string_view::npos; at = input.find(kPlace)) {
    octets += input.substr(0, at);
    octets += field;
    input.remove_prefix(at + kPlace.size());
    if (octets.size() > 1 << 20) break;
  }
  return octets += input;
}

void run_session(std::string_view input) {
  const auto choice = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  TestServer server;
  const auto field = choice % 2 == 0 ? TestServer::alice() : TestServer::bearer();
  const auto octets = with_credentials(input, field);
  {
    const auto client = server.connect({.peer = choice % 3 == 0 ? TestServer::kElsewhere : TestServer::kHere});
    const auto turn = [&] {
      server.context.restart();
      server.context.poll();
    };
    const auto send = [&](std::string_view piece) {
      boost::asio::co_spawn(server.context, client->write(piece), [](const std::exception_ptr&) {});
      turn();
    };
    send(std::string_view(octets).substr(0, octets.size() / 2));
    send(std::string_view(octets).substr(octets.size() / 2));
    client->close();
    turn();
  }
  if (server.gate.running() != 0) std::abort();
}

/// A tag or a range that was understood is understood the same way when it is written again.
void run_conditions(std::string_view input) {
  if (const auto tags = http::parse_entity_tags(input)) {
    for (const auto& tag : tags->tags) {
      const auto again = http::parse_entity_tags(http::format_entity_tag(tag.tag));
      if (!again || !again->has_strong(tag.tag)) std::abort();
    }
  }
  const auto range = http::parse_range(input, 1000);
  if (range.part.begin > range.part.end || range.part.end > 1000) std::abort();
  if (const auto target = http::parse_target(input)) {
    const auto again = http::parse_target("/?x=" + http::percent_encode(target->path));
    if (!again || *again->parameter("x") != target->path) std::abort();
  }
}

}  // namespace
}  // namespace paraph::session_http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  paraph::session_http::run_session(input);
  paraph::session_http::run_conditions(input.substr(0, 4096));
  return 0;
}
