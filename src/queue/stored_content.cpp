#include "queue/stored_content.h"

#include <algorithm>

namespace paraph::queue {
namespace {

constexpr std::uint64_t kHeaderBytesMax = 64 * 1024;

bool is_8bit(char octet) { return static_cast<unsigned char>(octet) > 127; }

bool says_8bit(const mail::Part& part) {
  return part.encoding == mail::Encoding::EightBit || part.encoding == mail::Encoding::Binary;
}

}  // namespace

bool has_8bit(const record::StoredMessage& message) {
  const bool says_so = std::ranges::any_of(message.structure.parts, says_8bit);
  return std::ranges::any_of(message.rope.segments, [&](const mail::Segment& segment) {
    if (segment.kind == mail::Segment::Kind::Inline) return std::ranges::any_of(segment.octets, is_8bit);
    return segment.kind == mail::Segment::Kind::Raw && (segment.has_8bit || says_so);
  });
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
