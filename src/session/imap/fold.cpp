#include "session/imap/fold.h"

#include "base/text.h"

namespace paraph::session_imap {
namespace {

/// Simple case folding of two-octet UTF-8 characters (U+0080 to U+07FF), as in Unicode's CaseFolding.txt, status C.
unsigned fold_point(unsigned point) {
  if (point >= 0xC0 && point <= 0xDE && point != 0xD7) return point + 32;  // Latin-1
  if (point == 0x178) return 0xFF;
  if ((point >= 0x139 && point <= 0x148) ||
      (point >= 0x179 && point <= 0x17E)) {  // Latin Extended-A: odd is upper here
    return (point & 1) != 0 ? point + 1 : point;
  }
  if (point >= 0x100 && point <= 0x177 && point != 0x130 && point != 0x131 && point != 0x138 && point != 0x149)
    return point | 1;
  if (point >= 0x391 && point <= 0x3AB && point != 0x3A2) return point + 32;  // Greek
  if (point == 0x3C2) return 0x3C3;                                           // final sigma
  if (point == 0x386) return 0x3AC;
  if (point >= 0x388 && point <= 0x38A) return point + 37;
  if (point == 0x38C) return 0x3CC;
  if (point == 0x38E || point == 0x38F) return point + 63;
  if (point >= 0x400 && point <= 0x40F) return point + 80;  // Cyrillic
  if (point >= 0x410 && point <= 0x42F) return point + 32;
  if ((point >= 0x460 && point <= 0x481) || (point >= 0x48A && point <= 0x4BF)) return point | 1;
  return point;
}

bool two_octets(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  return lead >= 0xC2 && lead <= 0xDF && at + 1 < text.size() &&
         (static_cast<unsigned char>(text[at + 1]) & 0xC0) == 0x80;
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out(text.size(), '\0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    out[i] = to_lower(text[i]);
    if (!two_octets(text, i)) continue;
    const auto point = fold_point((static_cast<unsigned char>(text[i]) & 0x1Fu) << 6 |
                                  (static_cast<unsigned char>(text[i + 1]) & 0x3Fu));
    out[i] = static_cast<char>(0xC0 | point >> 6);
    out[++i] = static_cast<char>(0x80 | (point & 0x3F));
  }
  return out;
}

}  // namespace paraph::session_imap
