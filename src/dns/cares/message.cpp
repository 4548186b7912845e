#include "dns/cares/message.h"

#include <algorithm>
#include <limits>

namespace paraph::dns::cares {
namespace {

constexpr std::uint16_t kSoa = 6, kCname = 5, kDname = 39;
constexpr std::size_t kLabelsMax = 128;
constexpr std::size_t kSoaNumbersBytes = 20;
/// RFC 2181 §8: more is taken for 0.
constexpr std::uint32_t kTtlMax = std::numeric_limits<std::int32_t>::max();

std::uint32_t number(std::string_view octets) {
  std::uint32_t value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

std::uint32_t sane(std::uint32_t ttl) { return ttl > kTtlMax ? 0 : ttl; }

/// RFC 2308 §5: the lesser of the record's own TTL and its MINIMUM field, the last of its five numbers.
std::uint32_t life_of_nothing(const Record& soa) {
  if (soa.data.size() < kSoaNumbersBytes) return 0;
  return std::min(sane(soa.ttl), sane(number(soa.data.substr(soa.data.size() - 4))));
}

}  // namespace

bool Cursor::take(std::size_t bytes, std::string_view& into) {
  if (octets_.size() - at_ < bytes) return false;
  into = octets_.substr(at_, bytes);
  at_ += bytes;
  return true;
}

bool Cursor::take(std::uint16_t& into) {
  std::string_view two;
  if (!take(2, two)) return false;
  into = static_cast<std::uint16_t>(number(two));
  return true;
}

bool Cursor::take(std::uint32_t& into) {
  std::string_view four;
  if (!take(4, four)) return false;
  into = number(four);
  return true;
}

bool Cursor::skip_name() {
  for (std::size_t i = 0; i < kLabelsMax; ++i) {
    std::string_view octet;
    if (!take(1, octet)) return false;
    const auto length = static_cast<unsigned char>(octet[0]);
    if (length == 0) return true;
    if (length >= 0xC0) return take(1, octet);
    if (length > 63 || !take(length, octet)) return false;
  }
  return false;
}

bool take_head(Cursor& cursor, Counts& counts) {
  std::string_view ignored;
  std::uint16_t questions = 0, additional = 0;
  if (!cursor.take(4, ignored) || !cursor.take(questions) || !cursor.take(counts.answers) ||
      !cursor.take(counts.authorities) || !cursor.take(additional))
    return false;
  for (std::uint16_t i = 0; i < questions; ++i) {
    if (!cursor.skip_name() || !cursor.take(4, ignored)) return false;
  }
  return true;
}

bool take_record(Cursor& cursor, Record& record) {
  std::uint16_t bytes = 0;
  return cursor.skip_name() && cursor.take(record.type) && cursor.take(record.of_class) && cursor.take(record.ttl) &&
         cursor.take(bytes) && cursor.take(bytes, record.data);
}

std::chrono::seconds life_of(std::string_view octets) {
  using std::chrono::seconds;
  Cursor cursor(octets);
  Counts counts;
  if (!take_head(cursor, counts)) return seconds(0);
  std::uint32_t life = kTtlMax;
  bool answered = false;
  for (std::uint16_t i = 0; i < counts.answers; ++i) {
    Record record;
    if (!take_record(cursor, record)) return seconds(0);
    life = std::min(life, sane(record.ttl));
    // An alias alone leads to nothing (RFC 6672 §3.1: a DNAME comes with the CNAME made of it).
    answered = answered || (record.type != kCname && record.type != kDname);
  }
  if (answered) return seconds(life);
  for (std::uint16_t i = 0; i < counts.authorities; ++i) {
    Record record;
    if (!take_record(cursor, record)) return seconds(0);
    if (record.type == kSoa) return seconds(std::min(life, life_of_nothing(record)));
  }
  return seconds(0);
}

}  // namespace paraph::dns::cares
