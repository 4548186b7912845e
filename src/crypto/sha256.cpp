#include "crypto/sha256.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace paraph::crypto {
namespace {

void check(bool done) {
  if (!done) throw std::runtime_error("OpenSSL offers no SHA-256");
}

/// Fetched once: in OpenSSL 3 a look-up through EVP_sha256() costs more than hashing a small part.
const EVP_MD* algorithm() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kFetched(EVP_MD_fetch(nullptr, "SHA2-256", nullptr),
                                                                        &EVP_MD_free);
  return kFetched.get();
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ && algorithm() && EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
}

void Sha256::update(std::string_view octets) {
  check(EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1);
}

BlobId Sha256::finish() {
  BlobId id;
  check(EVP_DigestFinal_ex(context_.get(), id.digest.data(), nullptr) == 1);
  check(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
  return id;
}

BlobId sha256(std::string_view octets) {
  thread_local Sha256 hasher;
  hasher.update(octets);
  return hasher.finish();
}

}  // namespace paraph::crypto
