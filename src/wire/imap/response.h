#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace paraph::imap {

/// Bounds of what our own client believes of a server.
inline constexpr unsigned kResponseDepthMax = 64;
inline constexpr std::size_t kResponseValuesMax = 100'000;

/// One value of a server's response: an atom or number ("FLAGS", "\\Seen", "BODY[HEADER.FIELDS (From)]<0>"), a string,
/// NIL or a list.
struct Value {
  enum class Kind { Nil, Atom, String, List };
  Kind kind = Kind::Nil;
  std::string text;                        ///< Atom, String
  std::vector<Value> list;                 ///< List
  bool atom(std::string_view name) const;  ///< this very atom, any case
  friend bool operator==(const Value&, const Value&) = default;
};

/// A server's response (RFC 9051 §7), from the view of a client.
struct Response {
  std::string tag;            ///< "*", "+" or the tag of a command
  std::vector<Value> values;  ///< after the tag; for OK, NO, BAD, BYE, PREAUTH: that word, then the code's values
  std::string text;           ///< OK ... PREAUTH and "+": the text for people
};

/// The value after the atom `name` in a list of pairs such as FETCH's; nullptr if absent. Points into `pairs`.
const Value* find_value(const std::vector<Value>& pairs, std::string_view name);

/// Cuts a server's octets into responses with their literals in place. TooLarge past `response_bytes_max`: close the
/// connection.
class ResponseFramer {
 public:
  explicit ResponseFramer(std::size_t response_bytes_max) : bytes_max_(response_bytes_max) {}
  void feed(std::string_view octets);
  /// True when `response` was set to the next one, without its line end; the view is valid until the next feed() or
  /// next().
  Result<bool> next(std::string_view& response);

 private:
  std::string buffer_;
  std::size_t bytes_max_;
  std::size_t begin_ = 0;    // where the next response begins
  std::size_t line_ = 0;     // where its current line begins
  std::size_t scanned_ = 0;  // where to look on for that line's end
};

/// One response as ResponseFramer cuts it.
Result<Response> parse_response(std::string_view text);

}  // namespace paraph::imap
