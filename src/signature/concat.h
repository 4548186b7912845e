#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace paraph::signature {

/// The pieces one after the other, in one allocation. For what is written into every message: a format string would be
/// read again each time.
inline std::string concat(std::initializer_list<std::string_view> pieces) {
  std::size_t bytes = 0;
  for (const auto piece : pieces) bytes += piece.size();
  std::string out;
  out.resize_and_overwrite(bytes, [&](char* to, std::size_t) {
    for (const auto piece : pieces) to += piece.copy(to, piece.size());
    return bytes;
  });
  return out;
}

}  // namespace paraph::signature
