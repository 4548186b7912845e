// parse_cards(): lines unfolded, then name, parameters and value.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "wire/vcard/card.h"

namespace paraph::wire::vcard {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kNameBytesMax = 64;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '_';
  });
}

/// Takes one line with those that continue it (RFC 6350 §3.2); false at the end.
class Lines {
 public:
  explicit Lines(std::string_view octets) : octets_(octets) {}

  bool next(std::string& line) {
    if (at_ >= octets_.size()) return false;
    line.assign(take());
    while (at_ < octets_.size() && (octets_[at_] == ' ' || octets_[at_] == '\t')) line += take().substr(1);
    return true;
  }

 private:
  std::string_view take() {
    const std::size_t end = std::min(octets_.find('\n', at_), octets_.size());
    auto line = octets_.substr(at_, end - at_);
    at_ = std::min(end + 1, octets_.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::string_view octets_;
  std::size_t at_ = 0;
};

/// A cursor over one content line (RFC 6350 §3.3).
class Line {
 public:
  explicit Line(std::string_view line) : line_(line) {}

  std::optional<Property> contentline() {
    Property property;
    if (!take_name(property)) return std::nullopt;
    while (take(';')) {
      if (property.parameters.size() == kParametersMax) return std::nullopt;
      auto found = take_parameter();
      if (!found) return std::nullopt;
      property.parameters.push_back(std::move(*found));
    }
    if (!take(':')) return std::nullopt;
    property.value = line_.substr(at_);
    return property;
  }

 private:
  bool take(char c) {
    if (line_.substr(at_, 1) != std::string_view(&c, 1)) return false;
    ++at_;
    return true;
  }

  std::string_view take_until(std::string_view ends) {
    const std::size_t end = std::min(line_.find_first_of(ends, at_), line_.size());
    const auto taken = line_.substr(at_, end - at_);
    at_ = end;
    return taken;
  }

  bool take_name(Property& property) {
    auto name = take_until(";:");
    const std::size_t dot = name.find('.');
    if (dot != kNone) {
      if (!is_name(name.substr(0, dot))) return false;
      property.group = name.substr(0, dot);
      name.remove_prefix(dot + 1);
    }
    property.name = uppered(name);
    return is_name(name);
  }

  std::optional<Parameter> take_parameter() {
    const auto name = trimmed(take_until("=;:"));
    if (!is_name(name)) return std::nullopt;
    Parameter found{.name = lowered(name)};
    if (!take('=')) return found;
    do {
      if (found.values.size() == kValuesMax) return std::nullopt;
      if (take('"')) {
        found.values.emplace_back(take_until("\""));
        if (!take('"')) return std::nullopt;
      } else {
        found.values.emplace_back(take_until("\",;:"));
      }
    } while (take(','));
    return found;
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

/// Takes content lines one after another, and knows in which card they are.
class Reader {
 public:
  Result<void> add(Property property) {
    const bool marks_card = iequals(trimmed(property.value), "VCARD");
    if (property.name == "BEGIN" && marks_card) return begin();
    if (depth_ == 0) return {};
    if (property.name == "END" && marks_card) {
      if (--depth_ == 0) cards_.push_back(std::move(card_));
      return {};
    }
    if (depth_ > 1) return {};
    if (property.name == "VERSION") card_.version = trimmed(property.value);
    if (card_.properties.size() == kPropertiesMax)
      return fail(Code::TooLarge, fmt::format("a vCard has over {} properties", kPropertiesMax));
    if (properties_++ == kAllPropertiesMax)
      return fail(Code::TooLarge, fmt::format("the vCards have over {} properties", kAllPropertiesMax));
    card_.properties.push_back(std::move(property));
    return {};
  }

  Result<std::vector<Card>> finish() {
    if (depth_ != 0) return fail(Code::BadInput, "the last vCard has no end");
    if (cards_.empty()) return fail(Code::BadInput, "there is no vCard in it");
    return std::move(cards_);
  }

 private:
  Result<void> begin() {
    if (cards_.size() == kCardsMax) return fail(Code::TooLarge, fmt::format("there are over {} vCards", kCardsMax));
    if (depth_++ == 0) card_ = Card();
    return {};
  }

  std::vector<Card> cards_;
  Card card_;
  std::size_t depth_ = 0, properties_ = 0;
};

}  // namespace

Result<std::vector<Card>> parse_cards(std::string_view octets) {
  if (octets.size() > kStreamBytesMax) return fail(Code::TooLarge, "the vCards are over 4 MiB");
  if (octets.starts_with("\uFEFF")) octets.remove_prefix(3);
  Reader reader;
  Lines lines(octets);
  for (std::string text; lines.next(text);) {
    auto property = Line(text).contentline();
    if (!property) continue;
    PARAPH_CHECK(reader.add(std::move(*property)));
  }
  return reader.finish();
}

}  // namespace paraph::wire::vcard
