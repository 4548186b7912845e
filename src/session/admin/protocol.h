#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

/// The administrative protocol: one request line of JSON, then lines of the answer, over a socket that only the
/// server's own user may open. All pure.
///
///   C: {"verb":"signature set","address":"alice@example.org","text":"Alice","voice":"<base64>"}
///   S: {"print":"alice@example.org: signature 3 (text, voice)"}
///   S: {"done":true}                    or, when it failed,   {"error":"alice@example.org is no account"}
namespace paraph::admin {

/// A verb of the command line, and what it was given. The values of `voice` and `image` are octets (base64 on the
/// wire), all others UTF-8.
struct Request {
  std::string verb;
  std::map<std::string, std::string> fields;

  /// The field, or "".
  const std::string& field(const std::string& name) const&;
  bool has(const std::string& name) const { return fields.contains(name); }
  friend bool operator==(const Request&, const Request&) = default;
};

/// One file or text in a request, and so a whole request, is bounded.
inline constexpr std::size_t kFieldBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kRequestBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kAnswerLineBytesMax = 256 * 1024;

struct Print {
  std::string line;  ///< for standard output, without line end
};
struct Done {};
struct Failed {
  std::string sentence;  ///< what is wrong and what to do, one line
};
using Answer = std::variant<Print, Done, Failed>;

/// With its line end. BadInput: a field is not UTF-8 or too long; the sentence names it.
Result<std::string> format_request(const Request& request);
/// BadInput: not such a line.
Result<Request> parse_request(std::string_view line);

/// With its line end. Octets that are not UTF-8 are escaped as `printable` does.
std::string format_answer(const Answer& answer);
Result<Answer> parse_answer(std::string_view line);

/// Cuts octets into lines (LF), at most `line_bytes_max` long. Owned by one connection.
class LineFramer {
 public:
  explicit LineFramer(std::size_t line_bytes_max) : bytes_max_(line_bytes_max) {}
  void feed(std::string_view octets) { buffer_.append(octets); }
  /// True when `line` was set, without its LF. TooLarge: end the connection.
  Result<bool> next(std::string& line);

 private:
  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t scanned_ = 0;
};

}  // namespace paraph::admin
