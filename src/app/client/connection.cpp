#include "app/client/connection.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <stdexcept>

#include "base/text.h"

namespace paraph::client {
namespace {

constexpr long kConnectSeconds = 20;
constexpr const char* kSystemCertificates = "/etc/ssl/certs";  // a hashed folder: it stays when --ca adds a file

bool implicit_tls(Protocol protocol, const Place& place) {
  if (place.tls != Tls::Automatic) return place.tls == Tls::Implicit;
  return !is_loopback(place.host) && place.port == (protocol == Protocol::Smtp ? 465 : 993);
}

std::string url_of(Protocol protocol, const Place& place) {
  const bool six = place.host.contains(':');
  return fmt::format("{}{}://{}{}{}:{}", protocol == Protocol::Smtp ? "smtp" : "imap",
                     implicit_tls(protocol, place) ? "s" : "", six ? "[" : "", place.host, six ? "]" : "", place.port);
}

/// A reply that is no success: "550 5.1.1 ...", "A2 NO ...".
bool is_refusal(std::string_view line) {
  return line.starts_with('4') || line.starts_with('5') || line.contains(" NO ") || line.contains(" BAD ");
}

/// What the user can do about it.
const char* advice(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return ": is it there, and running?";
    case CURLE_PEER_FAILED_VERIFICATION:
      return ": give the certificate that vouches for it with --ca";
    case CURLE_SSL_CACERT_BADFILE:
      return ": correct --ca";
    case CURLE_USE_SSL_FAILED:
      return ": it offers no STARTTLS; --tls implicit may do";
    case CURLE_LOGIN_DENIED:
      return ": correct --user or the password";
    default:
      return "";
  }
}

}  // namespace

void Connection::Close::operator()(CURL* handle) const { curl_easy_cleanup(handle); }

Connection::Connection(Protocol protocol, const Place& place, std::string password)
    : where_(fmt::format("{}:{}", place.host, place.port)), why_(CURL_ERROR_SIZE, '\0') {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_.reset(curl_easy_init());
  if (started != CURLE_OK || !handle_) throw std::runtime_error("libcurl does not start");
  auto* curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url_of(protocol, place).c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, place.user.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, password.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why_.data());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Connection::take_line);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  const bool clear = place.tls == Tls::Automatic && is_loopback(place.host);
  curl_easy_setopt(curl, CURLOPT_USE_SSL, clear ? CURLUSESSL_NONE : CURLUSESSL_ALL);
  if (!place.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, place.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, kSystemCertificates);
  }
}

Connection::~Connection() = default;

std::size_t Connection::take_line(char* octets, std::size_t size, std::size_t count, void* self) {
  const auto line = trimmed(std::string_view(octets, size * count));
  if (is_refusal(line)) static_cast<Connection*>(self)->refusal_ = line;
  return size * count;
}

Result<void> Connection::perform() {
  const auto code = curl_easy_perform(handle_.get());
  if (code == CURLE_OK) return {};
  std::string why = why_.c_str();
  if (why.empty()) why = curl_easy_strerror(code);
  if (!refusal_.empty()) why += fmt::format(" (it said: {})", printable(refusal_));
  return fail(Code::Unavailable, fmt::format("{}: {}{}", where_, printable(why, 600), advice(code)));
}

}  // namespace paraph::client
