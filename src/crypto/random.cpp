#include "crypto/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
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

namespace {

void draw(std::span<char> into) {
  if (RAND_priv_bytes_ex(nullptr, reinterpret_cast<unsigned char*>(into.data()), into.size(), 0) != 1)
    throw std::runtime_error("the system has no random octets to give");
}

/// The generator takes almost as long for 8 octets as for 512, and a message needs five small draws. One of these a
/// thread; what was given is wiped. (A process that forks without exec would give the same twice: none here does.)
class Stock {
 public:
  static constexpr std::size_t kDrawMax = 64;

  ~Stock() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

  void take(std::span<char> into) {
    if (left_ < into.size()) {
      draw(octets_);
      left_ = octets_.size();
    }
    left_ -= into.size();
    std::memcpy(into.data(), octets_.data() + left_, into.size());
    OPENSSL_cleanse(octets_.data() + left_, into.size());
  }

 private:
  std::array<char, 512> octets_{};
  std::size_t left_ = 0;
};

}  // namespace

void SystemRandom::fill(std::span<char> into) {
  thread_local Stock stock;
  if (into.size() > Stock::kDrawMax) return draw(into);
  stock.take(into);
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
