// Any octets are what an address book answers: what is read of them is within bounds, and text is UTF-8.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/text.h"
#include "wire/vcard/card.h"
#include "wire/vcard/value.h"

namespace {

constexpr std::size_t kMediaBytesMax = 4096;

void look(const paraph::wire::vcard::Property& property) {
  using namespace paraph;
  using namespace paraph::wire::vcard;
  PARAPH_ASSERT(!property.name.empty() && property.parameters.size() <= kParametersMax);
  PARAPH_ASSERT(is_utf8(text_of(property)));
  PARAPH_ASSERT(!components_of(property).empty());
  for (const auto& component : components_of(property)) PARAPH_ASSERT(is_utf8(component));
  PARAPH_ASSERT(address_of(property).size() <= property.value.size());
  for (const auto* family : {"image", "audio"}) {
    const auto media = media_of(property, family, kMediaBytesMax);
    if (!media) continue;
    PARAPH_ASSERT(media->octets.empty() != media->uri.empty());
    PARAPH_ASSERT(media->octets.size() <= kMediaBytesMax && is_ascii(media->type));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paraph::wire::vcard;
  const auto cards = parse_cards({reinterpret_cast<const char*>(data), size});
  if (!cards) return 0;
  PARAPH_ASSERT(!cards->empty() && cards->size() <= kCardsMax);
  for (const auto& card : *cards) {
    PARAPH_ASSERT(card.properties.size() <= kPropertiesMax);
    for (const auto& property : card.properties) look(property);
    for (const auto* name : {"FN", "TEL", "EMAIL", "PHOTO"}) {
      PARAPH_ASSERT((card.preferred(name) == nullptr) == card.all(name).empty());
    }
  }
  return 0;
}
