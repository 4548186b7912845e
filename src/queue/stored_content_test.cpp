#include "queue/stored_content.h"

#include <gtest/gtest.h>

namespace paraph::queue {
namespace {

using mail::Encoding;
using Kind = mail::Segment::Kind;

mail::Segment inline_octets(std::string octets) { return {.kind = Kind::Inline, .octets = std::move(octets)}; }
mail::Segment raw(bool has_8bit) { return {.kind = Kind::Raw, .length = 100, .has_8bit = has_8bit}; }
mail::Segment base64() { return {.kind = Kind::Base64, .length = 100, .line_chars = 76}; }

TEST(StoredContent, OctetsAbove127AreSeenUnderAnyLabel) {
  struct Case {
    std::vector<mail::Segment> segments;
    Encoding says;
    bool has_8bit;
  };
  const Case cases[] = {
      {{inline_octets("plain"), base64()}, Encoding::EightBit, false},
      {{inline_octets("\xC3\xA4")}, Encoding::SevenBit, true},
      {{inline_octets("plain"), raw(true)}, Encoding::SevenBit, true},
      {{inline_octets("plain"), raw(true)}, Encoding::Base64, true},
      {{inline_octets("plain"), raw(false)}, Encoding::SevenBit, false},
      {{inline_octets("plain"), raw(false)}, Encoding::EightBit, true},  // nobody may have looked
      {{inline_octets("plain"), raw(false)}, Encoding::Binary, true},
      {{raw(false), base64(), raw(true)}, Encoding::SevenBit, true},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    record::StoredMessage message;
    message.structure.parts.push_back({.encoding = cases[i].says});
    message.rope.segments = cases[i].segments;
    EXPECT_EQ(has_8bit(message), cases[i].has_8bit) << i;
  }
}

}  // namespace
}  // namespace paraph::queue
