#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::corpus {

/// Numbers from a seed: std::mt19937_64 gives the same everywhere, the library's distributions do not.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  /// 0 .. n-1
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  std::string octets(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += static_cast<char>(engine_() & 255);
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace paraph::corpus
