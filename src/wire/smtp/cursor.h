#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text.h"

namespace paraph::smtp {

/// Where a parser is in its line. Views that it gives point into the line.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : line_(line) {}

  bool at_end() const { return at_ == line_.size(); }
  std::size_t position() const { return at_; }
  std::string_view rest() const { return line_.substr(at_); }
  /// What was passed since `from`, an earlier position().
  std::string_view since(std::size_t from) const { return line_.substr(from, at_ - from); }
  /// The next octet; NUL at the end, which no line that gets here holds.
  char peek() const { return at_end() ? '\0' : line_[at_]; }

  bool take(char c) {
    if (at_end() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// Keyword, any case.
  bool take(std::string_view word) {
    if (!istarts_with(rest(), word)) return false;
    at_ += word.size();
    return true;
  }
  template <class Predicate>
  std::string_view take_while(Predicate wanted) {
    const auto from = at_;
    while (!at_end() && wanted(line_[at_])) ++at_;
    return since(from);
  }
  std::string_view take_all() {
    return take_while([](char) { return true; });
  }

  std::unexpected<Error> expected(std::string_view what) const {
    return fail(Code::BadInput, "expected " + std::string(what) + " at octet " + std::to_string(at_ + 1));
  }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace paraph::smtp
