#include "source/web/handle.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "base/text.h"
#include "source/web/address.h"

namespace paraph::source::web {
namespace {

constexpr std::chrono::milliseconds kConnectMax{3000};  // spec 5.4
constexpr std::size_t kHeaderBytesMax = 64 << 10;
constexpr std::size_t kTagBytesMax = 512;
constexpr const char* kSystemCertificates = "/etc/ssl/certs";  // a hashed folder: it stays when a file is added

bool may_reach(const Access& access, const sockaddr& address) {
  if (access.may_reach != nullptr) return access.may_reach(address);
  return is_public(address) && !is_own(address);
}

bool is_line(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos; }

}  // namespace

void Handle::Free::operator()(CURL* handle) const { curl_easy_cleanup(handle); }
void Handle::Free::operator()(curl_slist* list) const { curl_slist_free_all(list); }

Handle::Handle() {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_.reset(curl_easy_init());
  if (started != CURLE_OK || !curl_) throw std::runtime_error("libcurl does not start");
}

void Handle::add(List& list, const std::string& line) {
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

void Handle::set_basics(const Access& access, const Url& url, std::chrono::milliseconds timeout) {
  auto* curl = curl_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.text.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, access.trust == Trust::Found ? "https" : "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs does not hold this thread
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, kConnectMax).count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Handle::on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Handle::on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
}

void Handle::set_access(const Access& access) {
  auto* curl = curl_.get();
  if (!access.ca.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, access.ca.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, kSystemCertificates);
  }
  for (const auto& one : access.resolve) add(resolve_, one);
  if (resolve_) curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve_.get());
  if (access.trust == Trust::Found) {
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Handle::on_open);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
    return;
  }
  if (!access.certificate.empty()) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, access.certificate.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, access.key.c_str());
  }
  if (!access.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(curl, CURLOPT_USERNAME, access.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, access.password.c_str());
  }
}

void Handle::set_request(const Request& request, const Access& access) {
  auto* curl = curl_.get();
  if (request.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  add(headers_, "User-Agent: Paraph");
  add(headers_, "Expect:");
  for (const auto& line : request.headers) add(headers_, line);
  if (!request.tag.empty()) add(headers_, "If-None-Match: " + request.tag);
  if (access.trust == Trust::Operator && !access.token.empty()) add(headers_, "Authorization: Bearer " + access.token);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
}

Result<Transfer> Handle::perform(const Access& access, const Request& request, const Url& url,
                                 std::chrono::milliseconds timeout) {
  for (const auto& line : request.headers)
    if (!is_line(line)) return fail(Code::Unavailable, "a header field holds a line end");
  if (!is_line(request.tag)) return fail(Code::Unavailable, "a tag holds a line end");
  curl_easy_reset(curl_.get());
  headers_.reset();
  resolve_.reset();
  transfer_ = {};
  error_.assign(CURL_ERROR_SIZE, '\0');
  access_ = &access;
  request_ = &request;
  body_bytes_max_ = request.bytes_max;
  header_bytes_ = 0;
  too_long_ = refused_ = false;
  set_basics(access, url, timeout);
  set_access(access);
  set_request(request, access);
  const auto code = curl_easy_perform(curl_.get());
  if (code != CURLE_OK && refused_)  // of several addresses another one may have answered
    return fail(Code::Denied, fmt::format("{}: leads to an address that is not public", printable(url.text)));
  if (code != CURLE_OK) return fail(Code::Unavailable, fmt::format("{}: {}", printable(url.text), why(access, code)));
  curl_off_t took = 0;
  curl_easy_getinfo(curl_.get(), CURLINFO_TOTAL_TIME_T, &took);
  curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &transfer_.status);
  transfer_.took = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(took));
  return std::move(transfer_);
}

/// What the operator can do about it.
std::string Handle::why(const Access& access, int code) const {
  if (too_long_) return fmt::format("its answer is longer than {} octets", body_bytes_max_);
  std::string text = error_.c_str();
  if (text.empty()) text = curl_easy_strerror(static_cast<CURLcode>(code));
  if (code == CURLE_SSL_CACERT_BADFILE) text += ": correct ca";
  if (code == CURLE_SSL_CERTPROBLEM) text += ": correct certificate and key";
  if (code == CURLE_PEER_FAILED_VERIFICATION && access.ca.empty()) text += ": name the file that vouches for it as ca";
  return printable(text, 400);
}

std::size_t Handle::on_body(char* octets, std::size_t size, std::size_t count, void* self) {
  auto& handle = *static_cast<Handle*>(self);
  const std::size_t bytes = size * count;
  handle.too_long_ = bytes > handle.body_bytes_max_ - handle.transfer_.body.size();
  if (handle.too_long_) return 0;
  handle.transfer_.body.append(octets, bytes);
  return bytes;
}

std::size_t Handle::on_header(char* octets, std::size_t size, std::size_t count, void* self) {
  auto& handle = *static_cast<Handle*>(self);
  const std::size_t bytes = size * count;
  handle.header_bytes_ += bytes;
  if (handle.header_bytes_ > kHeaderBytesMax) return 0;
  handle.take_header(trimmed(std::string_view(octets, bytes)));
  return bytes;
}

void Handle::take_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos) return;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (iequals(name, "ETag") && value.size() <= kTagBytesMax && is_ascii(value)) transfer_.tag = value;
  if (iequals(name, request_->absence_field)) transfer_.absence = true;
  if (iequals(name, "Location")) transfer_.location = value;
  if (iequals(name, "Cache-Control")) transfer_.cache_control = lowered(value);
  if (iequals(name, "Content-Type")) transfer_.media_type = lowered(trimmed(value.substr(0, value.find(';'))));
}

/// The address is checked where the connection begins, so no second answer of the DNS can replace it.
int Handle::on_open(void* self, int, curl_sockaddr* address) {
  auto& handle = *static_cast<Handle*>(self);
  if (!may_reach(*handle.access_, address->addr)) {
    handle.refused_ = true;
    return CURL_SOCKET_BAD;
  }
  handle.refused_ = false;  // of several addresses of one name another may do
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace paraph::source::web
