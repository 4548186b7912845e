#include "wire/vcard/card.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace paraph::wire::vcard {
namespace {

constexpr std::uint64_t kNotPreferred = 101;  ///< PREF is 1 to 100, RFC 6350 §5.3

std::uint64_t rank_of(const Property& property) {
  if (const auto pref = parse_decimal(property.parameter("pref"))) return std::min(*pref, kNotPreferred);
  return property.has("type", "pref") ? 1 : kNotPreferred;
}

}  // namespace

bool Property::has(std::string_view wanted_name, std::string_view wanted) const {
  for (const auto& one : parameters) {
    if (one.name != wanted_name) continue;
    for (const auto& list : one.values) {
      for (const auto word : split(list, ',')) {
        if (iequals(trimmed(word), wanted)) return true;
      }
    }
  }
  return false;
}

std::string_view Property::parameter(std::string_view wanted) const& {
  const auto found = std::ranges::find(parameters, wanted, &Parameter::name);
  return found == parameters.end() || found->values.empty() ? std::string_view() : std::string_view(found->values[0]);
}

std::vector<const Property*> Card::all(std::string_view name) const& {
  std::vector<const Property*> found;
  for (const auto& property : properties) {
    if (property.name == name) found.push_back(&property);
  }
  std::ranges::sort(found, {}, [](const Property* property) { return std::pair(rank_of(*property), property); });
  return found;
}

const Property* Card::preferred(std::string_view name) const& {
  const auto found = all(name);
  return found.empty() ? nullptr : found[0];
}

}  // namespace paraph::wire::vcard
