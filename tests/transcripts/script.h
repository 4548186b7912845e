#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::transcripts {

/// One line of a script that does something.
struct Step {
  enum class Kind { Send, Expect, ExpectLater, Directive };
  Kind kind = Kind::Directive;
  std::size_t line = 0;            ///< in the file, from 1
  std::string client;              ///< "" is the client without a name
  std::string text;                ///< Send, Expect: not yet expanded; Directive: its name
  std::vector<std::string> words;  ///< Directive: what follows the name
  std::string body;                ///< Directive: the lines that begin with `|`, each with CRLF
};

/// Throws std::runtime_error for a line that is none of README's.
std::vector<Step> parse_script(std::string_view text);

/// What patterns have kept so far.
using Kept = std::map<std::string, std::string, std::less<>>;

/// A text with its braces replaced, and CRLF at its end unless it says {no-crlf}.
std::string expand(std::string_view text, const Kept& kept);

/// Does the whole line fit the pattern? Keeps what {=name} met.
bool matches(std::string_view pattern, std::string_view line, Kept& kept);

}  // namespace paraph::transcripts
