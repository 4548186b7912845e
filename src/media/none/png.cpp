// PNG (RFC 2083): a walk over chunks, each with its checksum, up to IEND and not further.
#include <fmt/format.h>

#include <array>

#include "media/none/formats.h"
#include "media/none/octets.h"

namespace paraph::media::none {
namespace {

constexpr std::string_view kMagic = "\x89PNG\r\n\x1a\n";

constexpr auto kCrc = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    table[i] = crc;
  }
  return table;
}();

std::uint32_t checksum(std::string_view octets) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : octets) crc = crc >> 8 ^ kCrc[(crc ^ static_cast<unsigned char>(c)) & 255];
  return ~crc;
}

}  // namespace

bool is_png(std::string_view octets) { return octets.starts_with(kMagic); }

Result<Facts> read_png(std::string_view octets) {
  Octets in(octets);
  in.skip(kMagic.size());
  Facts facts{.media_type = "image/png", .extension = "png"};
  bool has_data = false;
  for (bool first = true; in.left() > 0; first = false) {
    const std::size_t begin = in.at();
    const std::uint64_t bytes = in.big(4);
    const auto checked = in.rest().substr(0, 4 + bytes);
    const auto name = in.take(4);
    Octets content(in.take(bytes));
    const std::uint64_t crc = in.big(4);
    if (!in.ok() || crc != checksum(checked) || first != (name == "IHDR")) {
      return fail(Code::BadInput, fmt::format("the PNG file is broken at octet {}", begin));
    }
    if (name == "IHDR") {
      facts.width = static_cast<std::uint32_t>(content.big(4));
      facts.height = static_cast<std::uint32_t>(content.big(4));
      if (bytes != 13 || facts.width == 0 || facts.height == 0) return fail(Code::BadInput, "the PNG file has no size");
    }
    if (name == "acTL") return fail(Code::Unsupported, "animated PNG is not taken");
    if (name == "IDAT") has_data = has_data || bytes > 0;
    if (name != "IEND") continue;
    if (in.left() > 0)
      return fail(Code::BadInput, fmt::format("the PNG file goes on after its end, at octet {}", in.at()));
    if (!has_data) return fail(Code::BadInput, "the PNG file has no picture");
    return facts;
  }
  return fail(Code::BadInput, "the PNG file has no end");
}

}  // namespace paraph::media::none
