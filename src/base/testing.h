#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paraph {

/// Cuts `input` in every way that matters to a framer and calls `check` with the pieces, each a string of its own (so
/// that a view kept past its piece is caught by the sanitizer): whole, octet by octet, every cut in two, and, for at
/// most `bytes_of_three_max` octets, every cut in three. For tests only.
template <class Check>
void for_every_split(std::string_view input, Check&& check, std::size_t bytes_of_three_max = 64) {
  using Pieces = std::vector<std::string>;
  check(Pieces{std::string(input)});
  Pieces octets;
  for (char octet : input) octets.emplace_back(1, octet);
  check(octets);
  for (std::size_t a = 1; a < input.size(); ++a) {
    check(Pieces{std::string(input.substr(0, a)), std::string(input.substr(a))});
    if (input.size() > bytes_of_three_max) continue;
    for (std::size_t b = a + 1; b < input.size(); ++b) {
      check(Pieces{std::string(input.substr(0, a)), std::string(input.substr(a, b - a)), std::string(input.substr(b))});
    }
  }
}

}  // namespace paraph
