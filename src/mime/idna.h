#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::mime {

/// A domain in another script by its A-labels, lower case ("xn--..."), as DNS knows it (RFC 5891 §4, UTS 46
/// nontransitional). nullopt: it is none.
std::optional<std::string> ascii_domain(std::string_view utf8);

}  // namespace paraph::mime
