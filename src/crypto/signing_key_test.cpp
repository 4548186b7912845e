#include "crypto/signing_key.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <thread>
#include <vector>

#include "crypto/base64.h"
#include "crypto/sha256.h"

namespace paraph::crypto {
namespace {

std::string digest_of(std::string_view octets) {
  const BlobId digest = sha256(octets);
  return std::string(digest.view());
}

class SigningKeys : public testing::TestWithParam<KeyKind> {};
INSTANTIATE_TEST_SUITE_P(BothKinds, SigningKeys, testing::Values(KeyKind::Rsa, KeyKind::Ed25519));

TEST_P(SigningKeys, SignWhatTheirPublicKeyVerifies) {
  const auto key = SigningKey::generate(GetParam());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kind(), GetParam());
  const auto loaded = SigningKey::load(key->pkcs8().value());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->kind(), GetParam());
  EXPECT_EQ(loaded->public_key().value(), key->public_key().value());
  const auto digest = digest_of("hello");
  const auto signature = loaded->sign(digest).value();
  EXPECT_EQ(signature.size(), key->signature_bytes());
  const auto public_key = key->public_key().value();
  EXPECT_EQ(verify_signature(GetParam(), public_key, digest, signature), true);
  EXPECT_EQ(verify_signature(GetParam(), public_key, digest_of("hallo"), signature), false);
  for (std::size_t at = 0; at < signature.size(); ++at) {
    auto damaged = signature;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_EQ(verify_signature(GetParam(), public_key, digest, damaged), false) << at;
  }
  for (const auto& wrong : {std::string(), signature + "x", signature.substr(1)})
    EXPECT_EQ(verify_signature(GetParam(), public_key, digest, wrong), false);
  const auto other = GetParam() == KeyKind::Rsa ? KeyKind::Ed25519 : KeyKind::Rsa;
  EXPECT_EQ(verify_signature(other, public_key, digest, signature).error().code, Code::BadInput);
}

TEST_P(SigningKeys, ManyThreadsSignWithOneKey) {
  const auto key = SigningKey::generate(GetParam()).value();
  const auto public_key = key.public_key().value();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int n = 0; n < 20; ++n) {
        const auto digest = digest_of(std::to_string(thread * 100 + n));
        EXPECT_EQ(verify_signature(key.kind(), public_key, digest, key.sign(digest).value()), true);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_P(SigningKeys, CutAndDamagedKeysAreRefused) {
  const auto key = SigningKey::generate(GetParam()).value();
  const auto octets = key.pkcs8().value();
  for (std::size_t n = 0; n < octets.size(); n += 7) EXPECT_FALSE(SigningKey::load(octets.substr(0, n))) << n;
  EXPECT_EQ(SigningKey::load(octets + "x").error().code, Code::BadInput);
  const auto public_key = key.public_key().value();
  const auto digest = digest_of("x");
  for (std::size_t n = 0; n < public_key.size(); n += 5)
    EXPECT_FALSE(verify_signature(GetParam(), public_key.substr(0, n), digest, "s")) << n;
  EXPECT_EQ(key.sign("no digest").error().code, Code::BadInput);
}

/// Keys that SigningKey does not make.
std::string rsa_of(unsigned bits, bool bare = false) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits));
  unsigned char* out = nullptr;
  const int bytes = bare ? i2d_PublicKey(key, &out) : i2d_PUBKEY(key, &out);
  std::string octets(reinterpret_cast<char*>(out), static_cast<std::size_t>(bytes));
  OPENSSL_free(out);
  EVP_PKEY_free(key);
  return octets;
}

TEST(VerifySignature, RsaKeysHaveBounds) {  // RFC 8301 §3.2
  const auto digest = digest_of("x");
  const std::string signature(128, 's');
  EXPECT_EQ(verify_signature(KeyKind::Rsa, rsa_of(512), digest, signature).error().code, Code::Denied);
  EXPECT_EQ(verify_signature(KeyKind::Rsa, rsa_of(1016), digest, signature).error().code, Code::Denied);
  EXPECT_EQ(verify_signature(KeyKind::Rsa, rsa_of(1024), digest, signature), false);
  EXPECT_EQ(verify_signature(KeyKind::Rsa, rsa_of(1024, true), digest, signature), false) << "RSAPublicKey";
  EXPECT_EQ(verify_signature(KeyKind::Rsa, rsa_of(1024), digest, signature, 2048).error().code, Code::Denied);
}

TEST(SigningKey, TheKeyOfRfc8463) {  // §A.2: RFC 8032's test key; its PKCS #8 is a fixed prefix before the seed
  const auto seed = base64_decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").value();
  const auto prefix = base64_decode("MC4CAQAwBQYDK2VwBCIEIA==").value();
  const auto key = SigningKey::load(prefix + seed);
  ASSERT_TRUE(key);
  EXPECT_EQ(base64_encode(key->public_key().value()), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

}  // namespace
}  // namespace paraph::crypto
