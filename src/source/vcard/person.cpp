#include "source/vcard/person.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace paraph::source::vcard {
namespace {

using wire::vcard::Card;
using wire::vcard::Media;
using wire::vcard::Property;

constexpr std::size_t kMediaBytesMax = 1 << 20;

bool has_address(const Card& card, std::string_view owner) {
  return std::ranges::any_of(card.all("EMAIL"),
                             [&](const Property* email) { return iequals(wire::vcard::address_of(*email), owner); });
}

const Property* voice_number(const Card& card) {
  const auto numbers = card.all("TEL");
  const auto speaks = [](const Property* tel) { return !tel->has("type", "fax") && !tel->has("type", "pager"); };
  const auto found = std::ranges::find_if(numbers, speaks);
  return found == numbers.end() ? nullptr : *found;
}

std::optional<Media> first_media(const Card& card, std::string_view name, std::string_view family,
                                 std::vector<std::string>& refused) {
  for (const auto* property : card.all(name)) {
    auto media = wire::vcard::media_of(*property, family, kMediaBytesMax);
    if (!media) {
      refused.push_back(std::string(name) + ": " + media.error().text);
    } else if (!media->type.empty() && !media->type.starts_with(std::string(family) + "/")) {
      refused.push_back(std::string(name) + ": it is " + media->type);
    } else {
      return std::move(*media);
    }
  }
  return std::nullopt;
}

}  // namespace

Result<const Card*> find_card(const std::vector<Card>& cards, std::string_view owner, Unnamed unnamed) {
  const Card* found = nullptr;
  const Card* without = nullptr;
  std::size_t understood = 0;
  for (const auto& card : cards) {
    if (!card.is_understood()) continue;
    ++understood;
    if (card.all("EMAIL").empty()) without = &card;
    if (!has_address(card, owner)) continue;
    if (found != nullptr)
      return fail(Code::NotFound, "the address book has several cards with this address, so none is used");
    found = &card;
  }
  if (found == nullptr && unnamed == Unnamed::Taken && understood == 1) found = without;
  if (found == nullptr) return fail(Code::NotFound, "the address book has no card with this address");
  return found;
}

std::map<std::string, std::string> fields_of(const Card& card, std::string_view owner) {
  std::map<std::string, std::string> fields{{"mail", std::string(owner)}};
  const auto put = [&](const char* name, std::string value) {
    if (!trimmed(value).empty()) fields.emplace(name, std::move(value));
  };
  const std::pair<const char*, const char*> texts[] = {
      {"displayName", "FN"}, {"title", "TITLE"}, {"url", "URL"}, {"language", "LANG"}};
  for (const auto& [name, property] : texts) {
    if (const auto* found = card.preferred(property)) put(name, wire::vcard::text_of(*found));
  }
  if (const auto* org = card.preferred("ORG")) {
    auto parts = wire::vcard::components_of(*org);
    put("org", std::move(parts[0]));
    if (parts.size() > 1) put("unit", std::move(parts[1]));
  }
  if (const auto* tel = voice_number(card)) put("tel", wire::vcard::address_of(*tel));
  return fields;
}

std::optional<Media> photo_of(const Card& card, std::vector<std::string>& refused) {
  auto photo = first_media(card, "PHOTO", "image", refused);
  return photo ? photo : first_media(card, "LOGO", "image", refused);
}

std::optional<Media> sound_of(const Card& card, std::vector<std::string>& refused) {
  return first_media(card, "SOUND", "audio", refused);
}

}  // namespace paraph::source::vcard
