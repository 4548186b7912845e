#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http/message.h"

namespace paraph::session_http {

inline constexpr std::size_t kHeadBytesMax = 16 * 1024;
inline constexpr std::size_t kFieldsMax = 100;

/// Cuts a client's octets into requests (RFC 9112), over Boost.Beast's parser. What two readers could frame differently
/// is refused: Content-Length beside Transfer-Encoding, either of them twice, codings other than chunked, folded lines,
/// bare CR or LF, no Host or two, and two of a field that decides who asks or on what condition (Authorization,
/// If-Match ...). Never waits. After a failure nothing more can be taken.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Octets from the client, in any pieces: as many as it will hold at once; they are kept until they are taken.
  void feed(std::string_view octets);
  /// Nothing waits to be taken: the client is between two requests.
  bool empty() const { return input_.empty(); }

  /// The head of the next request; false: more octets are needed. The request before was taken whole. BadInput: it is
  /// malformed. TooLarge: over kHeadBytesMax or kFieldsMax. Unsupported: a coding or a version of HTTP that is not
  /// spoken here.
  Result<bool> take_head(http::Request& into);
  /// The body of that request, decoded, into `into.body`; false: more octets are needed. BadInput: malformed chunks.
  /// TooLarge: over `bytes_max`, which is the same at each call.
  Result<bool> take_body(http::Request& into, std::uint64_t bytes_max);

 private:
  struct Beast;
  std::unique_ptr<Beast> beast_;  ///< of the request whose body is being read
  std::string input_;
  std::size_t checked_ = 0;  ///< octets of a head that were looked at
};

}  // namespace paraph::session_http
