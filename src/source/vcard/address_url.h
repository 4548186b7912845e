#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::source::vcard {

/// BadInput, a sentence: `%u`, `%l` or `%d` stands before the path, where it would choose the host.
Result<void> check_url(std::string_view url);

/// True when the address names the user: what it answers is about nobody else.
bool names_user(std::string_view url);

/// An address with `%u` as the owner's address, `%l` its local part and `%d` its domain, each percent-encoded. A '%'
/// before two hexadecimal digits stays, even `%de`. NotFound: the owner is not local@domain, or over 320 octets, or a
/// part of it is "." or "..", which would name another place.
Result<std::string> url_for(std::string_view url, std::string_view owner);

}  // namespace paraph::source::vcard
