#pragma once
#include <cstdint>

namespace paraph::signature {

/// How much of a signature a message may carry (spec 2.8). Octets before any transfer encoding, but for growth.
struct Limits {
  std::uint64_t text_bytes, text_lines;
  std::uint64_t html_bytes;  ///< after sanitizing
  std::uint64_t image_bytes;
  std::uint64_t image_pixels;  ///< decoded: for who accepts pictures; nobody counts them here
  std::uint64_t voice_seconds;
  std::uint64_t voice_bytes;   ///< of each variant
  std::uint64_t growth_bytes;  ///< on the wire, with the encoding of the edited leaf
};

/// What a domain has until its operator says otherwise.
inline constexpr Limits kDefaultLimits{.text_bytes = 1024,
                                       .text_lines = 8,
                                       .html_bytes = 8 * 1024,
                                       .image_bytes = 64 * 1024,
                                       .image_pixels = 1'000'000,
                                       .voice_seconds = 5,
                                       .voice_bytes = 128 * 1024,
                                       .growth_bytes = 256 * 1024};

/// What no operator can go beyond.
inline constexpr Limits kHardLimits{.text_bytes = 4 * 1024,
                                    .text_lines = 20,
                                    .html_bytes = 32 * 1024,
                                    .image_bytes = 256 * 1024,
                                    .image_pixels = 4'000'000,
                                    .voice_seconds = 30,
                                    .voice_bytes = 512 * 1024,
                                    .growth_bytes = 1536 * 1024};

}  // namespace paraph::signature
