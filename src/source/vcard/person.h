#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "source/remote.h"
#include "wire/vcard/card.h"
#include "wire/vcard/value.h"

namespace paraph::source::vcard {

enum class Unnamed { Refused, Taken };

/// The one card of `cards` that has `owner` among its EMAILs; with Unnamed::Taken also the only card there is, if it
/// has no EMAIL at all. Cards of a version not understood do not count. NotFound: none, or several. A pointer into
/// `cards`.
Result<const wire::vcard::Card*> find_card(const std::vector<wire::vcard::Card>& cards, std::string_view owner,
                                           Unnamed unnamed);

/// What the card says for templates: FN, TITLE, ORG, TEL (no fax), URL, LANG, and `owner` as its address. NOTE is not
/// looked at (spec 3.2).
std::map<std::string, std::string> fields_of(const wire::vcard::Card& card, std::string_view owner);

/// The first PHOTO, else LOGO, that has something to take; nullopt when there is none. `refused` gets a sentence for
/// each that was passed over.
std::optional<wire::vcard::Media> photo_of(const wire::vcard::Card& card, std::vector<std::string>& refused);
/// The first SOUND that is audio.
std::optional<wire::vcard::Media> sound_of(const wire::vcard::Card& card, std::vector<std::string>& refused);

}  // namespace paraph::source::vcard
