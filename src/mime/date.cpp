#include "mime/date.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "base/text.h"
#include "mime/tokens.h"

namespace paraph::mime {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr int kYearMin = 1900;
constexpr int kYearMax = 2261;  // the last whole year of a 64-bit count of nanoseconds

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

std::optional<int> take_number(Cursor& cursor, std::size_t digits_min, std::size_t digits_max) {
  cursor.skip_cfws();
  const auto digits = cursor.take_while(is_digit);
  if (digits.size() < digits_min || digits.size() > digits_max) return std::nullopt;
  return static_cast<int>(*parse_decimal(digits));
}

bool take_mark(Cursor& cursor, char mark) {
  cursor.skip_cfws();
  return cursor.take(mark);
}

std::optional<unsigned> take_month(Cursor& cursor) {
  cursor.skip_cfws();
  const std::string name = lowered(cursor.take_while(is_letter)).substr(0, 3);
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return i + 1;
  }
  return std::nullopt;
}

/// RFC 5322 §4.3: two digits are 1950 to 2049, three count from 1900.
std::optional<int> take_year(Cursor& cursor) {
  cursor.skip_cfws();
  const auto digits = cursor.take_while(is_digit);
  if (digits.size() < 2 || digits.size() > 4) return std::nullopt;
  int year = static_cast<int>(*parse_decimal(digits));
  if (digits.size() == 2) year += year < 50 ? 2000 : 1900;
  if (digits.size() == 3) year += 1900;
  if (year < kYearMin || year > kYearMax) return std::nullopt;
  return year;
}

/// East of Greenwich. Military letters and unknown names mean nothing reliable: UTC (RFC 5322 §4.3).
std::optional<minutes> take_zone(Cursor& cursor) {
  cursor.skip_cfws();
  if (cursor.peek() == '+' || cursor.peek() == '-') {
    const int sign = cursor.peek() == '-' ? -1 : 1;
    cursor.skip();
    const auto digits = cursor.take_while(is_digit);
    if (digits.size() != 4) return std::nullopt;
    const int value = static_cast<int>(*parse_decimal(digits));
    if (value % 100 > 59) return std::nullopt;
    return minutes(sign * (value / 100 * 60 + value % 100));
  }
  const std::string name = lowered(cursor.take_while(is_letter));
  constexpr std::string_view kZones = "ecmp";
  if (name.size() == 3 && (name[1] == 's' || name[1] == 'd') && name[2] == 't') {
    const auto index = kZones.find(name[0]);
    if (index != std::string_view::npos) return minutes(60 * (-5 - static_cast<int>(index) + (name[1] == 'd' ? 1 : 0)));
  }
  return minutes(0);
}

}  // namespace

std::optional<Time> parse_date(std::string_view raw) {
  using namespace std::chrono;
  Cursor cursor(raw);
  cursor.skip_cfws();
  if (!cursor.take_while(is_letter).empty()) take_mark(cursor, ',');
  const auto day_number = take_number(cursor, 1, 2);
  take_mark(cursor, '-');
  const auto month_number = take_month(cursor);
  take_mark(cursor, '-');
  const auto year_number = take_year(cursor);
  const auto hour = take_number(cursor, 1, 2);
  const bool colon = take_mark(cursor, ':');
  const auto minute = take_number(cursor, 1, 2);
  std::optional<int> second = 0;
  if (take_mark(cursor, ':')) second = take_number(cursor, 1, 2);
  if (!day_number || !month_number || !year_number || !hour || !colon || !minute || !second) return std::nullopt;
  const auto zone = take_zone(cursor);
  cursor.skip_cfws();
  if (!zone || !cursor.at_end()) return std::nullopt;

  const year_month_day date{year(*year_number), month(*month_number), day(static_cast<unsigned>(*day_number))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) - *zone;
}

std::string format_date(Time time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date(day_start);
  const hh_mm_ss clock(floor<seconds>(time - day_start));
  std::string month_name(kMonths[static_cast<unsigned>(date.month()) - 1]);
  month_name[0] = to_upper(month_name[0]);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[weekday(day_start).c_encoding()],
                     static_cast<unsigned>(date.day()), month_name, static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace paraph::mime
