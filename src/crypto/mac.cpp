#include "crypto/mac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits>
#include <stdexcept>

namespace paraph::crypto {
namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr auto kIntMax = static_cast<std::size_t>(std::numeric_limits<int>::max());

const unsigned char* unsigned_octets(std::string_view octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view octets) {
  std::string out(kDigestBytes, '\0');
  unsigned int size = 0;
  const auto* done = key.size() > kIntMax ? nullptr
                                          : HMAC(EVP_sha256(), key.empty() ? "" : key.data(),
                                                 static_cast<int>(key.size()), unsigned_octets(octets), octets.size(),
                                                 reinterpret_cast<unsigned char*>(out.data()), &size);
  if (done == nullptr || size != kDigestBytes) throw std::runtime_error("HMAC-SHA-256 is not available");
  return out;
}

std::string pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations) {
  std::string out(kDigestBytes, '\0');
  const bool in_range = password.size() <= kIntMax && salt.size() <= kIntMax && iterations <= kIntMax;
  if (!in_range ||
      PKCS5_PBKDF2_HMAC(password.empty() ? "" : password.data(), static_cast<int>(password.size()),
                        unsigned_octets(salt), static_cast<int>(salt.size()), static_cast<int>(iterations),
                        EVP_sha256(), static_cast<int>(out.size()), reinterpret_cast<unsigned char*>(out.data())) != 1)
    throw std::runtime_error("PBKDF2 with HMAC-SHA-256 is not available");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace paraph::crypto
