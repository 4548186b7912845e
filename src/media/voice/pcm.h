#pragma once
#include <cstdint>
#include <vector>

namespace paraph::media::voice {

/// Sound of one channel: full scale is 1.
struct Pcm {
  std::vector<float> samples;
  std::uint32_t rate = 16'000;  ///< samples a second

  std::uint32_t milliseconds() const {
    return static_cast<std::uint32_t>((samples.size() * std::uint64_t{1000} + rate - 1) / rate);
  }
};

}  // namespace paraph::media::voice
