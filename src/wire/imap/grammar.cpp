#include "wire/imap/grammar.h"

#include <algorithm>
#include <array>

namespace paraph::imap {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

// After the brace: number64 ["+"] "}" CRLF and the octets
Result<std::string> literal_octets(Cursor& cursor) {
  PARAPH_TRY(const auto bytes, number64(cursor));
  cursor.take('+');
  PARAPH_CHECK(cursor.need('}'));
  cursor.take('\r');
  if (!cursor.take('\n')) return cursor.expected("a line end");
  if (bytes > cursor.rest().size()) return cursor.expected("the literal's octets");
  const auto octets = cursor.take_octets(static_cast<std::size_t>(bytes));
  if (octets.contains('\0')) return cursor.expected("a literal without NUL");
  return std::string(octets);
}

Result<std::string> quoted(Cursor& cursor) {
  std::string value;
  cursor.take('"');
  for (;;) {
    value += cursor.take_while([](char c) { return c != '"' && c != '\\' && c != '\r' && c != '\n' && c != '\0'; });
    if (cursor.take('"')) return value;
    if (!cursor.take('\\') || (cursor.peek() != '"' && cursor.peek() != '\\'))
      return cursor.expected("a closing quote");
    value += cursor.take_octets(1);
  }
}

Result<std::uint32_t> seq_number(Cursor& cursor) {
  if (cursor.take('*')) return kStar;
  return nz_number(cursor);
}

struct SystemFlag {
  std::string_view name;
  mail::Flag flag;
};
constexpr std::array<SystemFlag, 5> kSystemFlags{{{"Seen", mail::Flag::Seen},
                                                  {"Answered", mail::Flag::Answered},
                                                  {"Flagged", mail::Flag::Flagged},
                                                  {"Deleted", mail::Flag::Deleted},
                                                  {"Draft", mail::Flag::Draft}}};

Result<> flag(Cursor& cursor, mail::Flags& flags) {
  const Cursor before = cursor;
  const bool system = cursor.take('\\');
  PARAPH_TRY(const auto name, atom(cursor));
  if (!system) {
    if (flags.keywords.size() == kKeywordsMax) return fail(Code::TooLarge, "more than 100 keywords");
    if (name.size() > kKeywordBytesMax) return fail(Code::TooLarge, "a keyword of more than 255 octets");
    const auto known = [&](const std::string& keyword) { return iequals(keyword, name); };
    if (std::ranges::none_of(flags.keywords, known)) flags.keywords.emplace_back(name);
    return {};
  }
  const auto known = std::ranges::find_if(kSystemFlags, [&](const auto& f) { return iequals(f.name, name); });
  if (known != kSystemFlags.end()) {
    flags.set(known->flag);
  } else if (!iequals(name, "Recent")) {
    return before.expected("a flag that can be set");
  }
  return {};
}

mail::Flags sorted(mail::Flags flags) {
  std::ranges::sort(flags.keywords, {}, lowered);
  return flags;
}

// Exactly `digits` digits.
Result<unsigned> digits(Cursor& cursor, unsigned count) {
  unsigned value = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (!is_digit(cursor.peek())) return cursor.expected("a digit");
    value = value * 10 + static_cast<unsigned>(cursor.take_octets(1)[0] - '0');
  }
  return value;
}

// "-" date-month "-" date-year
Result<std::chrono::sys_days> month_and_year(Cursor& cursor, unsigned day) {
  const Cursor before = cursor;
  PARAPH_CHECK(cursor.need('-'));
  unsigned month = 0;
  while (month < 12 && !cursor.take(kMonths.substr(3 * month, 3))) ++month;
  if (month == 12) return cursor.expected("a month");
  PARAPH_CHECK(cursor.need('-'));
  PARAPH_TRY(const unsigned year, digits(cursor, 4));
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month + 1),
                                         std::chrono::day(day)};
  if (!date.ok()) return before.expected("a day that exists");
  return std::chrono::sys_days(date);
}

}  // namespace

Result<> Cursor::need(char c) {
  if (take(c)) return {};
  return expected(c == ' ' ? "a space" : std::string_view(&c, 1));
}

Result<> Cursor::need_end() {
  const Cursor before = *this;
  take_while([](char c) { return c == ' '; });  // telephones send some
  if (at_end()) return {};
  return before.expected("the end of the command");
}

std::unexpected<Error> Cursor::expected(std::string_view what) const {
  return fail(Code::BadInput, "expected " + std::string(what) + " at octet " + std::to_string(at_ + 1));
}

bool is_atom_char(char c) { return c > ' ' && c < '\x7f' && !std::string_view("(){%*\"\\]").contains(c); }
bool is_astring_char(char c) { return is_atom_char(c) || c == ']'; }

Result<std::string_view> atom(Cursor& cursor) {
  const auto value = cursor.take_while(is_atom_char);
  if (value.empty()) return cursor.expected("an atom");
  return value;
}

Result<std::uint64_t> number64(Cursor& cursor) {
  const Cursor before = cursor;
  const auto value = parse_decimal(cursor.take_while(is_digit));
  if (!value || *value > INT64_MAX) return before.expected("a number");
  return *value;
}

Result<std::uint32_t> nz_number(Cursor& cursor) {
  const Cursor before = cursor;
  const auto value = parse_decimal(cursor.take_while(is_digit));
  if (!value || *value == 0 || *value > UINT32_MAX) return before.expected("a number from 1 to 4294967295");
  return static_cast<std::uint32_t>(*value);
}

Result<std::string> string(Cursor& cursor) {
  if (cursor.peek() == '"') return quoted(cursor);
  if (cursor.take('{')) return literal_octets(cursor);
  return cursor.expected("a string");
}

Result<std::string> astring(Cursor& cursor) {
  if (cursor.peek() == '"' || cursor.peek() == '{') return string(cursor);
  const auto value = cursor.take_while(is_astring_char);
  if (value.empty()) return cursor.expected("an atom or a string");
  return std::string(value);
}

Result<std::string> nstring(Cursor& cursor) {
  if (cursor.take("NIL")) return std::string();
  return string(cursor);
}

Result<std::string> mailbox(Cursor& cursor) {
  PARAPH_TRY(const auto name, astring(cursor));
  return parse_mailbox_name(name, cursor.names());
}

Result<std::string> list_mailbox(Cursor& cursor) {
  if (cursor.peek() == '"' || cursor.peek() == '{') return mailbox(cursor);
  const auto name = cursor.take_while([](char c) { return is_astring_char(c) || c == '%' || c == '*'; });
  if (name.empty()) return cursor.expected("a mailbox pattern");
  return parse_mailbox_name(name, cursor.names());
}

Result<SequenceSet> sequence_set(Cursor& cursor) {
  SequenceSet set;
  do {
    PARAPH_TRY(const auto first, seq_number(cursor));
    set.ranges.push_back({first, first});
    if (cursor.take(':')) {
      PARAPH_TRY(set.ranges.back().last, seq_number(cursor));
    }
  } while (cursor.take(','));
  return set;
}

Result<mail::Flags> flag_list(Cursor& cursor) {
  mail::Flags flags;
  PARAPH_CHECK(cursor.need('('));
  if (cursor.take(')')) return flags;
  do {
    PARAPH_CHECK(flag(cursor, flags));
  } while (cursor.take(' '));
  PARAPH_CHECK(cursor.need(')'));
  return sorted(std::move(flags));
}

Result<mail::Flags> store_flags(Cursor& cursor) {
  if (cursor.peek() == '(') return flag_list(cursor);
  mail::Flags flags;
  do {
    PARAPH_CHECK(flag(cursor, flags));
  } while (cursor.take(' '));
  return sorted(std::move(flags));
}

Result<std::chrono::sys_days> date(Cursor& cursor) {
  const bool in_quotes = cursor.take('"');
  const auto day = parse_decimal(cursor.take_while(is_digit));
  if (!day || *day > 31) return cursor.expected("a day of the month");
  PARAPH_TRY(const auto days, month_and_year(cursor, static_cast<unsigned>(*day)));
  if (in_quotes) {
    PARAPH_CHECK(cursor.need('"'));
  }
  return days;
}

Result<Time> date_time(Cursor& cursor) {
  PARAPH_CHECK(cursor.need('"'));
  PARAPH_TRY(const unsigned day, digits(cursor, cursor.take(' ') ? 1 : 2));  // date-day-fixed
  PARAPH_TRY(const auto days, month_and_year(cursor, day));
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(const unsigned hour, digits(cursor, 2));
  PARAPH_CHECK(cursor.need(':'));
  PARAPH_TRY(const unsigned minute, digits(cursor, 2));
  PARAPH_CHECK(cursor.need(':'));
  PARAPH_TRY(const unsigned second, digits(cursor, 2));
  PARAPH_CHECK(cursor.need(' '));
  const bool west = cursor.take('-');
  if (!west) {
    PARAPH_CHECK(cursor.need('+'));
  }
  PARAPH_TRY(const unsigned zone_hour, digits(cursor, 2));
  PARAPH_TRY(const unsigned zone_minute, digits(cursor, 2));
  PARAPH_CHECK(cursor.need('"'));
  if (hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
    return cursor.expected("a time that exists");
  // A Time counts nanoseconds in 64 bits: 1678 to 2261. mime/date.h has the same bounds.
  if (days < std::chrono::sys_days(std::chrono::year(1900) / 1 / 1) || days >= std::chrono::sys_days(std::chrono::year(2261) / 1 / 1))
    return cursor.expected("a year from 1900 to 2260");
  const auto zone = std::chrono::hours(zone_hour) + std::chrono::minutes(zone_minute);
  const auto local = days + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  return Time(west ? local + zone : local - zone);
}

}  // namespace paraph::imap
