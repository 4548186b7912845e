#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// vCard 3.0 (RFC 2425, RFC 2426) and 4.0 (RFC 6350), as far as an address book is read. Pure, linear, bounded.
namespace paraph::wire::vcard {

inline constexpr std::size_t kStreamBytesMax = 4 << 20;
inline constexpr std::size_t kCardsMax = 1000;
inline constexpr std::size_t kPropertiesMax = 1000;  ///< of one card
inline constexpr std::size_t kAllPropertiesMax = 50'000;
inline constexpr std::size_t kParametersMax = 32;  ///< of one property
inline constexpr std::size_t kValuesMax = 32;      ///< of one parameter

struct Parameter {
  std::string name;                 ///< lower-case
  std::vector<std::string> values;  ///< without quotes; none for the bare words of vCard 2.1
};

/// One content line, unfolded.
struct Property {
  std::string group;  ///< "item1" of "item1.EMAIL"; mostly empty
  std::string name;   ///< upper-case
  std::vector<Parameter> parameters;
  std::string value;  ///< as written: still escaped, still encoded

  /// True when some parameter of that name (lower-case) has `value`, in any case; "a,b" between quotes counts as two.
  bool has(std::string_view parameter, std::string_view wanted) const;
  /// The first value of that parameter, "" when absent. A view into this.
  std::string_view parameter(std::string_view wanted) const&;
  std::string_view parameter(std::string_view wanted) && = delete;
};

struct Card {
  std::string version;  ///< as written; "3.0" and "4.0" are understood here
  std::vector<Property> properties;

  bool is_understood() const { return version == "3.0" || version == "4.0"; }
  /// Those of that name (upper-case), the preferred one first (PREF of 4.0, TYPE=pref of 3.0), else as they stand.
  /// Pointers into this.
  std::vector<const Property*> all(std::string_view name) const&;
  std::vector<const Property*> all(std::string_view name) && = delete;
  /// The first of all(), nullptr when there is none.
  const Property* preferred(std::string_view name) const&;
  const Property* preferred(std::string_view name) && = delete;
};

/// Every card of a stream, in its order. Lines may end in LF alone; a line that is no content line, or has too many
/// parameters or values, is passed over, and so is a card within a card (AGENT). BadInput: no card, or the last one has
/// no end. TooLarge: past a bound above.
Result<std::vector<Card>> parse_cards(std::string_view octets);

}  // namespace paraph::wire::vcard
