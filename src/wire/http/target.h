#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace paraph::http {

inline constexpr std::size_t kParametersMax = 32;

/// What a request asks about: a path and the parameters of its query, percent-decoded. A "+" stands for itself: an
/// address may begin with one.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> parameters;

  /// The value of a parameter that comes exactly once; nullptr otherwise. Points into `parameters`.
  const std::string* parameter(std::string_view name) const&;
  const std::string* parameter(std::string_view name) && = delete;
};

/// RFC 9112 §3.2: origin-form, absolute-form (its host is passed over) or "*". BadInput: another form, a fragment, a
/// broken percent sign, a control octet (written out or encoded), over kParametersMax parameters.
Result<Target> parse_target(std::string_view text);

/// RFC 3986 §2.1: every octet but unreserved ones (ALPHA, DIGIT, "-._~") as %XX.
std::string percent_encode(std::string_view octets);
/// nullopt: a percent sign without two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace paraph::http
