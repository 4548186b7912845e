#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace paraph::source::vcard {

/// The REPORT that asks a CardDAV address book for the cards of an address (RFC 6352 §8.6); `address` is UTF-8, and
/// escaped here. Servers match a part of EMAIL too: who asks looks again.
std::string addressbook_query(std::string_view address);

/// One card of an address book.
struct BookCard {
  std::string tag;   ///< getetag
  std::string data;  ///< address-data: a vCard
};

/// What a Multi-Status answer holds (RFC 4918 §14.16): at most 1000 cards. Unavailable: it is no such XML, has a
/// document type, or is nested over 32 deep. Pure.
Result<std::vector<BookCard>> parse_multistatus(std::string_view xml);

}  // namespace paraph::source::vcard
