#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace paraph {

/// Calls `feed` with `input` in pieces whose sizes follow from `seed`, each in memory of its own and freed afterwards,
/// so that the sanitizer sees a view that is kept too long or reads past its end. Seed 0 is one piece.
template <class Feed>
void feed_in_pieces(std::string_view input, std::uint32_t seed, Feed&& feed) {
  while (!input.empty()) {
    seed = seed * 1664525 + (seed == 0 ? 0 : 1013904223);
    const std::size_t bytes =
        seed == 0 ? input.size() : std::min<std::size_t>(input.size(), 1 + (seed >> 16) % (seed >> 31 != 0 ? 7 : 300));
    const std::unique_ptr<char[]> piece(new char[bytes]);
    std::copy_n(input.data(), bytes, piece.get());
    feed(std::string_view(piece.get(), bytes));
    input.remove_prefix(bytes);
  }
}

}  // namespace paraph
