#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace paraph::store::rocks {

/// Appends the number, big-endian, in as many octets as its type has.
template <std::unsigned_integral T>
void put_number(std::string& to, T number) {
  for (unsigned shift = 8 * sizeof(T); shift > 0; shift -= 8) to += static_cast<char>((number >> (shift - 8)) & 0xFF);
}

/// Takes a number off the front. The caller has checked that it is there.
template <std::unsigned_integral T>
T take_number(std::string_view& from) {
  T number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    number = static_cast<T>((number << 8) | static_cast<unsigned char>(from[i]));
  from.remove_prefix(sizeof(T));
  return number;
}

}  // namespace paraph::store::rocks
