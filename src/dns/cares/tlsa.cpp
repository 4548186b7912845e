#include "dns/cares/tlsa.h"

#include <cstdint>

namespace paraph::dns::cares {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint16_t kTlsa = 52;
constexpr std::uint16_t kInternet = 1;
constexpr std::size_t kLabelsMax = 128;

/// Where it is in a message; every take fails at the end.
class Cursor {
 public:
  explicit Cursor(std::string_view octets) : octets_(octets) {}

  bool take(std::size_t bytes, std::string_view& into) {
    if (octets_.size() - at_ < bytes) return false;
    into = octets_.substr(at_, bytes);
    at_ += bytes;
    return true;
  }
  bool take(std::uint16_t& into) {
    std::string_view two;
    if (!take(2, two)) return false;
    into = static_cast<std::uint16_t>(static_cast<unsigned char>(two[0]) << 8 | static_cast<unsigned char>(two[1]));
    return true;
  }
  /// A name, compressed or not; where a pointer leads does not matter.
  bool skip_name() {
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

 private:
  std::string_view octets_;
  std::size_t at_ = 0;
};

/// One record of the answer section. False: the message is broken.
bool take_record(Cursor& cursor, Answer& answer) {
  std::uint16_t type = 0, of_class = 0, ttl_high = 0, ttl_low = 0, bytes = 0;
  std::string_view data;
  if (!cursor.skip_name() || !cursor.take(type) || !cursor.take(of_class) || !cursor.take(ttl_high) ||
      !cursor.take(ttl_low) || !cursor.take(bytes) || !cursor.take(bytes, data))
    return false;
  if (type != kTlsa || of_class != kInternet) return true;
  if (data.size() < 4) return false;
  answer.tlsas.push_back({.usage = static_cast<std::uint8_t>(data[0]),
                          .selector = static_cast<std::uint8_t>(data[1]),
                          .matching = static_cast<std::uint8_t>(data[2]),
                          .data = std::string(data.substr(3))});
  return true;
}

}  // namespace

Result<Answer> parse_tlsa(std::string_view octets) {
  const auto corrupt = [] { return fail(Code::Corrupt, "the answer holds nothing that can be used"); };
  Cursor cursor(octets);
  std::string_view ignored;
  std::uint16_t questions = 0, answers = 0;
  if (!cursor.take(4, ignored) || !cursor.take(questions) || !cursor.take(answers) ||
      !cursor.take(kHeaderBytes - 8, ignored))
    return corrupt();
  for (std::uint16_t i = 0; i < questions; ++i) {
    if (!cursor.skip_name() || !cursor.take(4, ignored)) return corrupt();
  }
  Answer answer;
  for (std::uint16_t i = 0; i < answers; ++i) {
    if (!take_record(cursor, answer)) return corrupt();
    if (answer.tlsas.size() > kRecordsMax) return fail(Code::TooLarge, "too many records in one answer");
  }
  return answer;
}

}  // namespace paraph::dns::cares
