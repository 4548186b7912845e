#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace paraph::crypto {

/// HMAC-SHA-256 (RFC 2104): 32 octets. Throws std::runtime_error when OpenSSL cannot.
std::string hmac_sha256(std::string_view key, std::string_view octets);

/// PBKDF2 with HMAC-SHA-256 (RFC 8018), which is Hi() of RFC 5802 §2.2: 32 octets. About 0.3 us an iteration.
std::string pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations);

/// Equality in a time that depends on the lengths only: for MACs, keys and proofs.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace paraph::crypto
