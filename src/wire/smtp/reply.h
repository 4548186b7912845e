#pragma once
#include <string>

namespace paraph::smtp {

/// One reply (RFC 5321 §4.2) with its enhanced status code (RFC 2034, RFC 3463).
struct Reply {
  int code = 250;
  std::string enhanced;  ///< "2.1.0", or empty: greetings, EHLO and 3xx have none
  std::string text;      ///< "\n" between the lines of a multi-line reply
  friend bool operator==(const Reply&, const Reply&) = default;
};

}  // namespace paraph::smtp
