#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace paraph::crypto {

/// The two signature algorithms of DKIM (RFC 6376 §3.3, RFC 8463). Stored on disk (record/records.proto).
enum class KeyKind : unsigned char { Rsa = 0, Ed25519 = 1 };

/// Lengths of RSA keys that verify (RFC 8301 §3.2), and of those that are made.
inline constexpr int kRsaBitsMin = 1024;
inline constexpr int kRsaBitsMax = 4096;
inline constexpr int kRsaBitsMade = 2048;

/// A private key that signs the SHA-256 of something: rsa-sha256 (PKCS #1 v1.5) or ed25519-sha256. Immutable; copies
/// share the key; any thread may sign, also several at once.
class SigningKey {
 public:
  /// A new key, of kRsaBitsMade bits if RSA (which takes about 0.1 s of one core: not for an event loop). Unavailable:
  /// OpenSSL cannot.
  static Result<SigningKey> generate(KeyKind kind);
  /// From the octets that pkcs8() gave. BadInput: no such key, another algorithm, or RSA out of bounds.
  static Result<SigningKey> load(std::string_view pkcs8);

  KeyKind kind() const { return kind_; }
  /// The whole private key as PKCS #8 DER (RFC 5958), not encrypted: a secret.
  Result<std::string> pkcs8() const;
  /// What DKIM's p= holds, before base64: SubjectPublicKeyInfo DER for RSA (RFC 6376 §3.6.1), the 32 octets of the
  /// point for Ed25519 (RFC 8463 §4.2).
  Result<std::string> public_key() const;
  /// `digest` is a SHA-256. RSA signs it as PKCS #1 v1.5 wants (RFC 6376 §3.3.1), about 0.5 ms; Ed25519 signs the 32
  /// octets of the digest itself (RFC 8463 §3), about 0.05 ms. Unavailable: OpenSSL cannot.
  Result<std::string> sign(std::string_view digest) const;
  /// Octets of a signature: 64, or the RSA modulus' length.
  std::size_t signature_bytes() const;

 private:
  SigningKey(std::shared_ptr<evp_pkey_st> key, KeyKind kind) : key_(std::move(key)), kind_(kind) {}
  std::shared_ptr<evp_pkey_st> key_;
  KeyKind kind_;
};

/// Does `signature` fit the SHA-256 `digest` under a public key as public_key() gives it? Also takes an RSA key as bare
/// RSAPublicKey (RFC 8017 §A.1.1), which RFC 6376 names too. Answers false for a signature that does not fit; BadInput:
/// the key cannot be read or is of the other kind; Denied: an RSA key of under kRsaBitsMin bits; Unsupported: one of
/// over kRsaBitsMax. `rsa_bits_min` may ask for more.
Result<bool> verify_signature(KeyKind kind, std::string_view public_key, std::string_view digest,
                              std::string_view signature, int rsa_bits_min = kRsaBitsMin);

}  // namespace paraph::crypto
