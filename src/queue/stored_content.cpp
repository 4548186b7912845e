#include "queue/stored_content.h"

#include <algorithm>

#include "service/seven_bit.h"

namespace paraph::queue {
namespace {

constexpr std::uint64_t kHeaderBytesMax = 64 * 1024;

bool is_8bit(char octet) { return static_cast<unsigned char>(octet) > 127; }

bool says_8bit(const mail::Part& part) {
  return part.encoding == mail::Encoding::EightBit || part.encoding == mail::Encoding::Binary;
}

}  // namespace

Task<Result<bool>> has_8bit(store::Store& store, service::MessagePtr message) {
  const auto& segments = message->rope.segments;
  const auto is_8bit_one = [](const mail::Segment& one) { return std::ranges::any_of(one.octets, is_8bit); };
  if (std::ranges::any_of(segments, is_8bit_one)) co_return true;
  const bool may_be = std::ranges::any_of(segments, &mail::Segment::has_8bit) ||
                      std::ranges::any_of(message->structure.parts, says_8bit);
  if (!may_be) co_return false;
  co_return co_await service::has_8bit(store, message->rope);
}

Task<Result<std::string>> read_header(store::Store& store, service::MessagePtr message, std::uint64_t skip) {
  const auto whole = message->structure.root().header.end;
  const auto begin = std::min(skip, whole);
  const auto end = std::min(whole, begin + kHeaderBytesMax);
  service::RopeReader reader(store, message->rope, mail::Range{begin, end});
  PARAPH_CO_TRY(const auto octets, co_await reader.next(end - begin));
  std::string header(octets);
  if (end < whole) {
    const auto line_end = header.rfind("\r\n");
    header.resize(line_end == header.npos ? 0 : line_end + 2);
    header += "\r\n";
  }
  co_return header;
}

}  // namespace paraph::queue
