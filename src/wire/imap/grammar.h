#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/text.h"
#include "mail/flags.h"
#include "wire/imap/mailbox_name.h"
#include "wire/imap/sequence.h"

namespace paraph::imap {

inline constexpr std::size_t kKeywordsMax = 100;
inline constexpr std::size_t kKeywordBytesMax = 255;

/// Where a parser is in a command or response. Views that it gives point into the text.
class Cursor {
 public:
  explicit Cursor(std::string_view text, NameEncoding names = NameEncoding::Utf7) : text_(text), names_(names) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t position() const { return at_; }
  std::string_view rest() const { return text_.substr(at_); }
  NameEncoding names() const { return names_; }
  /// The next octet, NUL at the end.
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// These octets, any case; `BODY` is taken from `BODYSTRUCTURE` too.
  bool take(std::string_view octets) {
    if (!istarts_with(rest(), octets)) return false;
    at_ += octets.size();
    return true;
  }
  template <class Predicate>
  std::string_view take_while(Predicate wanted) {
    const auto from = at_;
    while (at_ < text_.size() && wanted(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  /// The next `bytes` octets; they must be there.
  std::string_view take_octets(std::size_t bytes) {
    at_ += bytes;
    return text_.substr(at_ - bytes, bytes);
  }
  /// `c`, or a failure that names it.
  Result<> need(char c);
  Result<> need_end();

  /// "expected WHAT at octet N", from 1.
  std::unexpected<Error> expected(std::string_view what) const;

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  NameEncoding names_;
};

bool is_atom_char(char c);     ///< ATOM-CHAR
bool is_astring_char(char c);  ///< ASTRING-CHAR

/// The rules of RFC 9051 §9 that several commands share. Each takes its rule or fails with BadInput, saying what was
/// expected and where; then the cursor is of no more use.
Result<std::string_view> atom(Cursor& cursor);
Result<std::uint64_t> number64(Cursor& cursor);
Result<std::uint32_t> nz_number(Cursor& cursor);
/// quoted or literal. UTF-8 is taken in quoted strings too, as clients send it; NUL is not.
Result<std::string> string(Cursor& cursor);
Result<std::string> astring(Cursor& cursor);
/// NIL is "".
Result<std::string> nstring(Cursor& cursor);
/// A mailbox name as UTF-8.
Result<std::string> mailbox(Cursor& cursor);
/// A mailbox name with LIST's wildcards, as UTF-8.
Result<std::string> list_mailbox(Cursor& cursor);
Result<SequenceSet> sequence_set(Cursor& cursor);
/// The flags in parentheses. \Recent is passed over (a client that copies flags sends it); other unknown system flags
/// fail.
Result<mail::Flags> flag_list(Cursor& cursor);
/// flag-list, or flags without parentheses (STORE).
Result<mail::Flags> store_flags(Cursor& cursor);
Result<std::chrono::sys_days> date(Cursor& cursor);
Result<Time> date_time(Cursor& cursor);

}  // namespace paraph::imap
