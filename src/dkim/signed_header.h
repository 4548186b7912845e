#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dkim/canonical.h"

namespace paraph::dkim {

/// The SHA-256 that a signature signs (RFC 6376 §3.7): the fields of `header` that `names` lists, each name once more
/// taking the next instance from the bottom up and nothing when there is none left, then `signature_field` with an
/// empty b=. When `signature_field` lies inside `header`, it is not taken as an instance of its own name. Linear.
std::string header_digest(Canonical how, std::string_view header, const std::vector<std::string>& names,
                          std::string_view signature_field, std::string_view signature_field_with_empty_b);

}  // namespace paraph::dkim
