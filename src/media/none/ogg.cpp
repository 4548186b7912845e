// Ogg (RFC 3533) with one Opus stream (RFC 7845): a walk over pages, each with its checksum; the duration is that of
// the packets, by their first octets (RFC 6716 §3.1), because granule positions can say anything.
#include <fmt/format.h>

#include <array>

#include "media/none/formats.h"
#include "media/none/octets.h"

namespace paraph::media::none {
namespace {

constexpr auto kCrc = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i << 24;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ ((crc & 0x80000000u) != 0 ? 0x04C11DB7u : 0);
    table[i] = crc;
  }
  return table;
}();
constexpr std::size_t kChecksumAt = 22;

std::uint32_t checksum(std::string_view page) {
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    const bool own = i >= kChecksumAt && i < kChecksumAt + 4;  // taken as zero
    crc = crc << 8 ^ kCrc[(crc >> 24 ^ (own ? 0u : static_cast<unsigned char>(page[i]))) & 255];
  }
  return crc;
}

/// Samples at 48 kHz of a packet that begins with `start`.
std::uint64_t samples_of(std::string_view start) {
  if (start.empty()) return 0;
  const unsigned toc = static_cast<unsigned char>(start[0]);
  const unsigned config = toc >> 3;
  std::uint64_t frame = 0;
  if (config < 12) {  // SILK: 10, 20, 40, 60 ms
    static constexpr std::array<std::uint64_t, 4> kSilk{480, 960, 1920, 2880};
    frame = kSilk[config & 3];
  } else if (config < 16) {  // hybrid: 10, 20 ms
    frame = (config & 1) != 0 ? 960 : 480;
  } else {  // CELT: 2.5, 5, 10, 20 ms
    frame = std::uint64_t{120} << (config & 3);
  }
  const unsigned code = toc & 3;
  if (code == 0) return frame;
  if (code < 3) return 2 * frame;
  return start.size() < 2 ? 0 : frame * (static_cast<unsigned char>(start[1]) & 63);
}

/// Follows the packets through the pages.
class Packets {
 public:
  void add(std::string_view segment, bool ends) {
    if (at_start_) start_ = segment.substr(0, 8);
    at_start_ = ends;
    if (!ends) return;
    if (count_ == 0) is_opus_ = start_ == "OpusHead";
    if (count_ >= 2) samples_ += samples_of(start_);
    ++count_;
  }
  bool is_opus() const { return is_opus_; }
  std::uint64_t count() const { return count_; }
  std::uint64_t samples() const { return samples_; }

 private:
  std::string_view start_;
  bool at_start_ = true;
  bool is_opus_ = false;
  std::uint64_t count_ = 0;
  std::uint64_t samples_ = 0;
};

}  // namespace

bool is_ogg(std::string_view octets) { return octets.starts_with("OggS"); }

Result<Facts> read_ogg(std::string_view octets) {
  const auto broken = [](std::size_t at) {
    return fail(Code::BadInput, fmt::format("the Ogg file is broken at octet {}", at));
  };
  Octets in(octets);
  Packets packets;
  std::uint64_t stream = 0;
  for (std::uint64_t page = 0; in.left() > 0; ++page) {
    const std::size_t begin = in.at();
    const bool magic = in.take(4) == "OggS";
    const std::uint8_t version = in.u8();
    in.skip(1 + 8);  // flags, granule position
    const std::uint64_t serial = in.little(4);
    const std::uint64_t sequence = in.little(4);
    const std::uint64_t crc = in.little(4);
    const auto lacing = in.take(in.u8());
    if (!in.ok() || !magic || version != 0) return broken(begin);
    for (const char lace : lacing) {
      const auto bytes = static_cast<unsigned char>(lace);
      packets.add(in.take(bytes), bytes < 255);
    }
    if (!in.ok() || checksum(octets.substr(begin, in.at() - begin)) != crc) return broken(begin);
    if (page == 0) stream = serial;
    if (serial != stream) return fail(Code::Unsupported, "the Ogg file holds more than one stream");
    if (sequence != page) return broken(begin);
    if (page == 0 && !packets.is_opus()) return fail(Code::Unsupported, "the Ogg file's codec is not Opus");
  }
  if (packets.count() < 3 || packets.samples() == 0) return fail(Code::BadInput, "the Ogg file has no sound");
  return Facts{.media_type = "audio/ogg; codecs=opus", .extension = "ogg", .milliseconds = packets.samples() / 48};
}

}  // namespace paraph::media::none
