#include "crypto/signing_key.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

namespace paraph::crypto {
namespace {

constexpr std::size_t kKeyBytesMax = 8 * 1024;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kEd25519Bytes = 32;

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Decoder = std::unique_ptr<OSSL_DECODER_CTX, Free<OSSL_DECODER_CTX_free>>;

const unsigned char* data_of(std::string_view octets) { return reinterpret_cast<const unsigned char*>(octets.data()); }
unsigned char* data_of(std::string& octets) { return reinterpret_cast<unsigned char*>(octets.data()); }

/// What OpenSSL noted of its failure stays with the thread and would be found by whoever asks next: it goes.
std::unexpected<Error> openssl_cannot(Code code, const char* what) {
  ERR_clear_error();
  return fail(code, what);
}

Result<KeyKind> kind_of(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) return KeyKind::Ed25519;
  if (EVP_PKEY_is_a(&key, "RSA") == 1) return KeyKind::Rsa;
  return fail(Code::BadInput, "the key is neither RSA nor Ed25519");
}

/// `encode` is an i2d function: called with nullptr it tells the length.
template <class Encode>
Result<std::string> der(Encode encode) {
  const int bytes = encode(nullptr);
  if (bytes <= 0) return openssl_cannot(Code::Unavailable, "OpenSSL cannot write the key");
  std::string out(static_cast<std::size_t>(bytes), '\0');
  unsigned char* at = data_of(out);
  if (encode(&at) != bytes) return openssl_cannot(Code::Unavailable, "OpenSSL cannot write the key");
  return out;
}

/// `what`: "SubjectPublicKeyInfo" or "type-specific" (RSAPublicKey).
Key decode_rsa(std::string_view octets, const char* what) {
  EVP_PKEY* found = nullptr;
  const Decoder decoder(
      OSSL_DECODER_CTX_new_for_pkey(&found, "DER", what, "RSA", EVP_PKEY_PUBLIC_KEY, nullptr, nullptr));
  const unsigned char* at = data_of(octets);
  std::size_t left = octets.size();
  const bool done = decoder && OSSL_DECODER_from_data(decoder.get(), &at, &left) == 1 && left == 0;
  Key key(found);
  if (!done) key.reset();
  ERR_clear_error();
  return key;
}

Result<Key> load_public(KeyKind kind, std::string_view octets, int rsa_bits_min) {
  if (octets.empty() || octets.size() > kKeyBytesMax) return fail(Code::BadInput, "the public key has no such length");
  if (kind == KeyKind::Ed25519) {
    if (octets.size() != kEd25519Bytes) return fail(Code::BadInput, "an Ed25519 key has 32 octets");
    Key key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, data_of(octets), octets.size()));
    if (!key) return openssl_cannot(Code::BadInput, "the Ed25519 key cannot be read");
    return key;
  }
  Key key = decode_rsa(octets, "SubjectPublicKeyInfo");
  if (!key) key = decode_rsa(octets, "type-specific");
  if (!key) return fail(Code::BadInput, "the RSA key cannot be read");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < rsa_bits_min) return fail(Code::Denied, "the RSA key is too short (RFC 8301)");
  if (bits > kRsaBitsMax) return fail(Code::Unsupported, "the RSA key is too long");
  return key;
}

/// A context that signs or verifies SHA-256 digests as PKCS #1 v1.5 says.
bool set_rsa(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1;
}

}  // namespace

Result<SigningKey> SigningKey::generate(KeyKind kind) {
  Key key(kind == KeyKind::Rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(kRsaBitsMade))
                               : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return openssl_cannot(Code::Unavailable, "OpenSSL cannot make a key");
  return SigningKey(std::shared_ptr<EVP_PKEY>(std::move(key)), kind);
}

Result<SigningKey> SigningKey::load(std::string_view pkcs8) {
  if (pkcs8.empty() || pkcs8.size() > kKeyBytesMax) return fail(Code::BadInput, "the private key has no such length");
  const unsigned char* at = data_of(pkcs8);
  Key key(d2i_AutoPrivateKey_ex(nullptr, &at, static_cast<long>(pkcs8.size()), nullptr, nullptr));
  if (!key || at != data_of(pkcs8) + pkcs8.size())
    return openssl_cannot(Code::BadInput, "the private key cannot be read");
  PARAPH_TRY(const auto kind, kind_of(*key));
  const int bits = EVP_PKEY_get_bits(key.get());
  if (kind == KeyKind::Rsa && (bits < kRsaBitsMin || bits > kRsaBitsMax))
    return fail(Code::BadInput, "the RSA key has no length that DKIM allows");
  return SigningKey(std::shared_ptr<EVP_PKEY>(std::move(key)), kind);
}

Result<std::string> SigningKey::pkcs8() const {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free<PKCS8_PRIV_KEY_INFO_free>> info(EVP_PKEY2PKCS8(key_.get()));
  if (!info) return openssl_cannot(Code::Unavailable, "OpenSSL cannot write the key");
  return der([&](unsigned char** out) { return i2d_PKCS8_PRIV_KEY_INFO(info.get(), out); });
}

Result<std::string> SigningKey::public_key() const {
  if (kind_ == KeyKind::Rsa) return der([&](unsigned char** out) { return i2d_PUBKEY(key_.get(), out); });
  std::string out(kEd25519Bytes, '\0');
  std::size_t bytes = out.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), data_of(out), &bytes) != 1 || bytes != kEd25519Bytes)
    return openssl_cannot(Code::Unavailable, "OpenSSL cannot write the key");
  return out;
}

std::size_t SigningKey::signature_bytes() const { return static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())); }

Result<std::string> SigningKey::sign(std::string_view digest) const {
  if (digest.size() != kDigestBytes) return fail(Code::BadInput, "a SHA-256 has 32 octets");
  std::string out(signature_bytes(), '\0');
  std::size_t bytes = out.size();
  bool done = false;
  if (kind_ == KeyKind::Ed25519) {
    const DigestContext context(EVP_MD_CTX_new());
    done = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           EVP_DigestSign(context.get(), data_of(out), &bytes, data_of(digest), digest.size()) == 1;
  } else {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    done = context && EVP_PKEY_sign_init(context.get()) == 1 && set_rsa(context.get()) &&
           EVP_PKEY_sign(context.get(), data_of(out), &bytes, data_of(digest), digest.size()) == 1;
  }
  if (!done) return openssl_cannot(Code::Unavailable, "OpenSSL cannot sign");
  out.resize(bytes);
  return out;
}

Result<bool> verify_signature(KeyKind kind, std::string_view public_key, std::string_view digest,
                              std::string_view signature, int rsa_bits_min) {
  if (digest.size() != kDigestBytes) return fail(Code::BadInput, "a SHA-256 has 32 octets");
  PARAPH_TRY(const Key key, load_public(kind, public_key, rsa_bits_min));
  bool fits = false;
  if (kind == KeyKind::Ed25519) {
    const DigestContext context(EVP_MD_CTX_new());
    fits = context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(digest), digest.size()) == 1;
  } else {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    fits = context && EVP_PKEY_verify_init(context.get()) == 1 && set_rsa(context.get()) &&
           EVP_PKEY_verify(context.get(), data_of(signature), signature.size(), data_of(digest), digest.size()) == 1;
  }
  ERR_clear_error();
  return fits;
}

}  // namespace paraph::crypto
