#include "app/client/imap.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <array>

#include "base/text.h"

namespace paraph::client {
namespace {

constexpr int kSilenceMilliseconds = 60'000;
constexpr std::size_t kResponseBytesMax = 256 * 1024 * 1024;  // a whole message comes in one

}  // namespace

Imap::Imap(const Place& place, std::string password)
    : where_(fmt::format("{}:{}", place.host, place.port)),
      connection_(Protocol::Imap, place, std::move(password)),
      framer_(kResponseBytesMax) {}

Result<void> Imap::open() {
  curl_easy_setopt(connection_.handle(), CURLOPT_CONNECT_ONLY, 1L);
  return connection_.perform();
}

Result<bool> Imap::wait(short events) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(connection_.handle(), CURLINFO_ACTIVESOCKET, &socket);
  pollfd descriptor{socket, events, 0};
  if (socket != CURL_SOCKET_BAD && poll(&descriptor, 1, kSilenceMilliseconds) == 1) return true;
  return fail(Code::Unavailable, fmt::format("{}: nothing came for a minute: try again", where_));
}

Result<void> Imap::send(std::string_view octets) {
  while (!octets.empty()) {
    std::size_t sent = 0;
    const auto code = curl_easy_send(connection_.handle(), octets.data(), octets.size(), &sent);
    octets.remove_prefix(sent);
    if (code == CURLE_AGAIN) {
      PARAPH_CHECK(wait(POLLOUT));
    }
    if (code != CURLE_OK && code != CURLE_AGAIN)
      return fail(Code::Unavailable, fmt::format("{}: {}", where_, curl_easy_strerror(code)));
  }
  return {};
}

Result<void> Imap::receive() {
  std::array<char, 65536> octets;
  for (;;) {
    std::size_t received = 0;
    const auto code = curl_easy_recv(connection_.handle(), octets.data(), octets.size(), &received);
    if (code == CURLE_AGAIN) {
      PARAPH_CHECK(wait(POLLIN));
      continue;
    }
    if (code != CURLE_OK || received == 0)
      return fail(Code::Unavailable, fmt::format("{}: the server closed the connection", where_));
    framer_.feed({octets.data(), received});
    return {};
  }
}

Result<imap::Response> Imap::next() {
  for (std::string_view text;;) {
    PARAPH_TRY(const bool whole, framer_.next(text));
    if (whole) return imap::parse_response(text);
    PARAPH_CHECK(receive());
  }
}

Result<void> Imap::command(std::string_view text, const std::function<void(const imap::Response&)>& take) {
  const auto tag = fmt::format("p{}", ++commands_);
  PARAPH_CHECK(send(fmt::format("{} {}\r\n", tag, text)));
  for (;;) {
    PARAPH_TRY(const auto response, next());
    if (response.tag == tag) {
      if (!response.values.empty() && response.values.front().atom("OK")) return {};
      return fail(Code::BadInput, fmt::format("{}: it refused: {}", where_, printable(response.text)));
    }
    if (response.tag == "*") take(response);
  }
}

void Imap::close() {
  const auto ignored = command("LOGOUT", [](const imap::Response&) {});
  static_cast<void>(ignored);
}

}  // namespace paraph::client
