#include "crypto/password.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "crypto/mac.h"
#include "crypto/sha256.h"

namespace paraph::crypto {
namespace {

void need_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium cannot start");
}

std::string argon2id(std::string_view password, const Cost& cost) {
  need_sodium();
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.argon2_passes, cost.argon2_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::runtime_error("Argon2id has not the memory it needs");
  return out.data();
}

}  // namespace

Result<Verifier> make_verifier(std::string_view password, Random& random, const Cost& cost) {
  PARAPH_TRY(const std::string prepared, saslprep(password));
  Verifier made{.argon2 = argon2id(prepared, cost),
                .scram_salt = random.octets(kScramSaltBytes),
                .scram_iterations = cost.scram_iterations};
  // RFC 5802 §3
  const std::string salted = pbkdf2_sha256(prepared, made.scram_salt, made.scram_iterations);
  const BlobId stored_key = sha256(hmac_sha256(salted, "Client Key"));
  made.stored_key = stored_key.view();
  made.server_key = hmac_sha256(salted, "Server Key");
  return made;
}

bool check_password(const Verifier& verifier, std::string_view password) {
  need_sodium();
  const auto prepared = saslprep(password);
  if (!prepared) return false;
  return crypto_pwhash_str_verify(verifier.argon2.c_str(), prepared->data(), prepared->size()) == 0;
}

void waste_password_check(std::string_view password, const Cost& cost) {
  if (const auto prepared = saslprep(password)) argon2id(*prepared, cost);
}

bool needs_new_verifier(const Verifier& verifier, const Cost& cost) {
  need_sodium();
  return verifier.scram_iterations < cost.scram_iterations ||
         crypto_pwhash_str_needs_rehash(verifier.argon2.c_str(), cost.argon2_passes, cost.argon2_bytes) != 0;
}

}  // namespace paraph::crypto
