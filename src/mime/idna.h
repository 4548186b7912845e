#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::mime {

/// A domain as DNS is asked for it: in lower case, labels of another script as A-labels (RFC 5891, UTS 46
/// nontransitional). nullopt: it is not UTF-8, or no such domain can be. What is ASCII is only put in lower case.
std::optional<std::string> to_a_labels(std::string_view domain);

}  // namespace paraph::mime
