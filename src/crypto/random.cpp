#include "crypto/random.h"

#include <openssl/rand.h>

#include <stdexcept>

#include "base/assert.h"
#include "base/text.h"

namespace paraph::crypto {

std::string Random::octets(std::size_t bytes) {
  std::string out(bytes, '\0');
  fill(out);
  return out;
}

std::string Random::hex(std::size_t bytes) { return paraph::hex(octets(bytes)); }

std::uint64_t Random::below(std::uint64_t bound) {
  PARAPH_ASSERT(bound != 0);
  // Draws below 2^64 mod bound are thrown away: what is left divides evenly.
  const std::uint64_t uneven = (0 - bound) % bound;
  for (;;) {
    std::uint64_t drawn = 0;
    fill({reinterpret_cast<char*>(&drawn), sizeof drawn});
    if (drawn >= uneven) return drawn % bound;
  }
}

void SystemRandom::fill(std::span<char> into) {
  if (RAND_priv_bytes_ex(nullptr, reinterpret_cast<unsigned char*>(into.data()), into.size(), 0) != 1)
    throw std::runtime_error("the system has no random octets to give");
}

// SplitMix64 (Steele, Lea, Flood 2014), an octet from the top of each draw.
void SeededRandom::fill(std::span<char> into) {
  const std::lock_guard lock(mutex_);
  for (char& octet : into) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    octet = static_cast<char>((z ^ (z >> 31)) >> 56);
  }
}

}  // namespace paraph::crypto
