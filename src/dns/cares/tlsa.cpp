#include "dns/cares/tlsa.h"

#include <cstdint>

#include "dns/cares/message.h"

namespace paraph::dns::cares {
namespace {

constexpr std::uint16_t kTlsa = 52;
constexpr std::uint16_t kInternet = 1;

/// One record of the answer section. False: the message is broken.
bool take_tlsa(Cursor& cursor, Answer& answer) {
  Record record;
  if (!take_record(cursor, record)) return false;
  if (record.type != kTlsa || record.of_class != kInternet) return true;
  if (record.data.size() < 4) return false;
  answer.tlsas.push_back({.usage = static_cast<std::uint8_t>(record.data[0]),
                          .selector = static_cast<std::uint8_t>(record.data[1]),
                          .matching = static_cast<std::uint8_t>(record.data[2]),
                          .data = std::string(record.data.substr(3))});
  return true;
}

}  // namespace

Result<Answer> parse_tlsa(std::string_view octets) {
  const auto corrupt = [] { return fail(Code::Corrupt, "the answer holds nothing that can be used"); };
  Cursor cursor(octets);
  Counts counts;
  if (!take_head(cursor, counts)) return corrupt();
  Answer answer;
  for (std::uint16_t i = 0; i < counts.answers; ++i) {
    if (!take_tlsa(cursor, answer)) return corrupt();
    if (answer.tlsas.size() > kRecordsMax) return fail(Code::TooLarge, "too many records in one answer");
  }
  return answer;
}

}  // namespace paraph::dns::cares
