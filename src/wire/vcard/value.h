#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/vcard/card.h"

namespace paraph::wire::vcard {

/// A text value (RFC 6350 §4.1): `\n` as LF, other escaped characters as themselves; "" when it is not UTF-8.
std::string text_of(const Property& property);

/// The components of a structured value (N, ORG, ADR): between semicolons that are not escaped, each as text_of().
std::vector<std::string> components_of(const Property& property);

/// EMAIL or TEL: text, or the address of a mailto: or tel: URI without its parameters.
std::string address_of(const Property& property);

/// PHOTO, LOGO or SOUND: either the octets themselves, or where they are.
struct Media {
  std::string octets;
  std::string type;  ///< lower-case, without parameters, "image/jpeg"; empty: it says none
  std::string uri;   ///< http(s), as written; empty when `octets` are here
};

/// `family` is "image" or "audio": what a bare TYPE of vCard 3 belongs to (TYPE=BASIC is audio/basic, RFC 2426 §3.6.6).
/// BadInput: neither octets that decode nor an http(s) address. TooLarge: over `bytes_max` octets.
Result<Media> media_of(const Property& property, std::string_view family, std::size_t bytes_max);

}  // namespace paraph::wire::vcard
