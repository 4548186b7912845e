#pragma once
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

namespace paraph::crypto {

/// Where chance comes from, handed in by constructor (STYLE rule 10). Callable from any thread.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `into` with independent random octets.
  virtual void fill(std::span<char> into) = 0;

  std::string octets(std::size_t bytes);
  /// 2 x `bytes` lower-case hex digits.
  std::string hex(std::size_t bytes);
  /// Evenly among 0 ... `bound` - 1. `bound` is not 0.
  std::uint64_t below(std::uint64_t bound);
};

/// The system's generator, fit for keys (OpenSSL). Throws std::runtime_error when the system has none to give.
class SystemRandom final : public Random {
 public:
  void fill(std::span<char> into) override;
};

/// The same octets for the same seed: for tests and simulations only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<char> into) override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace paraph::crypto
