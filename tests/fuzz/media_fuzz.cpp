// Any octets are a recording or a picture that somebody uploads: the check answers, and what it accepts is within
// bounds.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "media/none/none_media.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paraph::media::none;
  const std::string octets(reinterpret_cast<const char*>(data), size);
  for (const Kind kind : {Kind::Voice, Kind::Image}) {
    const auto checked = check_headers(kind, octets, {.seconds_max = 30, .width_max = 600, .height_max = 200});
    if (!checked) {
      PARAPH_ASSERT(!checked.error().text.empty());
      continue;
    }
    PARAPH_ASSERT(checked->octets == octets);
    if (kind == Kind::Voice) PARAPH_ASSERT(checked->milliseconds >= 1 && checked->milliseconds <= 31'000);
    if (kind == Kind::Image) PARAPH_ASSERT(checked->width >= 1 && checked->width <= 600 && checked->height <= 200);
  }
  return 0;
}
