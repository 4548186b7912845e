#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace paraph::media::none {

/// Octets read one after another; reading past the end gives zeros and makes ok() false for good.
class Octets {
 public:
  explicit Octets(std::string_view octets) : octets_(octets) {}
  bool ok() const { return ok_; }
  std::size_t at() const { return at_; }
  std::size_t left() const { return octets_.size() - at_; }
  std::string_view rest() const { return octets_.substr(at_); }

  std::string_view take(std::size_t bytes) {
    if (bytes > left()) {
      ok_ = false;
      at_ = octets_.size();
      return {};
    }
    at_ += bytes;
    return octets_.substr(at_ - bytes, bytes);
  }
  void skip(std::size_t bytes) { take(bytes); }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  /// Most significant octet first.
  std::uint64_t big(unsigned bytes) {
    std::uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  /// Least significant octet first.
  std::uint64_t little(unsigned bytes) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const char c : take(bytes)) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return value;
  }

 private:
  std::string_view octets_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace paraph::media::none
