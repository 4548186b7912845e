#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

struct sockaddr;

namespace paraph::source::web {

/// Whose word an address is.
enum class Trust {
  Operator,  ///< the configuration's: http or https, any port, any network
  Found      ///< it stood in data (spec 5.4): https, the public Internet only, nothing of ours is shown to it
};

/// How a Fetcher speaks to its places. Files are PEM, read at each connection; empty: none.
struct Access {
  Trust trust = Trust::Operator;
  std::string ca;                ///< vouches besides the system's certificates
  std::string certificate, key;  ///< of this server, as a client: Operator only
  std::string token;             ///< Authorization: Bearer; Operator only
  std::string user, password;    ///< Authorization: Basic; Operator only

  std::vector<std::uint16_t> found_ports{443};  ///< Found only
  /// Found only: may this address be connected to? Unset: it is public and not this machine's.
  bool (*may_reach)(const sockaddr&) = nullptr;
  /// For tests: "HOST:PORT:ADDRESS", as CURLOPT_RESOLVE.
  std::vector<std::string> resolve;
};

inline constexpr std::size_t kAnswerBytesMax = 1 << 20;  ///< spec 5.4

struct Request {
  std::string url;
  std::string method = "GET";
  std::vector<std::string> headers;  ///< "Name: value", without line ends
  std::string body;                  ///< sent when the method is not GET
  std::string tag;                   ///< If-None-Match, as the server gave it; empty: none
  /// A header field without which 404 does not mean that there is nothing, but that the server does not know us: it
  /// says so to every stranger. Empty: 404 is believed as it is.
  std::string absence_field;
  std::size_t bytes_max = kAnswerBytesMax;  ///< of the answer's body
  std::chrono::milliseconds timeout{5000};  ///< for everything; connecting has 3 s of it
};

struct Response {
  bool unchanged = false;  ///< 304: the tag is still right, the body is empty
  std::string body;
  std::string tag;                                ///< ETag; empty: none, or too long to keep
  std::string media_type;                         ///< of Content-Type, without parameters, lower case
  std::string url;                                ///< that answered: references in the body are relative to it
  std::optional<std::chrono::seconds> fresh_for;  ///< Cache-Control: max-age
  std::chrono::milliseconds took{0};
};

/// Asks places on the web and waits for the answer: blocks its thread, never longer than the request's timeout. Any
/// thread, several at once. Follows at most two redirects of a GET, to the same scheme, host and port only. Knows no
/// proxy, no cookie, no netrc. Connections are kept for the next request. Failures, with one sentence for the operator:
/// NotFound (404, 410), BadInput (the same without Request::absence_field), Denied (an address found in data that must
/// not be asked), Unavailable (no answer, or none that can be used).
class Fetcher {
 public:
  explicit Fetcher(Access access);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher();

  Result<Response> fetch(const Request& request);

 private:
  class Borrowed;

  const Access access_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<class Handle>> idle_;
};

}  // namespace paraph::source::web
