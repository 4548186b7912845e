#pragma once
#include <memory>
#include <string_view>

#include "base/ids.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace paraph::crypto {

/// SHA-256 of octets that come in pieces (FIPS 180-4, over OpenSSL EVP). Owns its state; one thread at a time. Throws
/// std::runtime_error when OpenSSL cannot offer SHA-256 at all.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view octets);
  /// The digest of everything since construction or the last finish(); afterwards a new digest begins.
  BlobId finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The SHA-256 of `octets`: a blob's name.
BlobId sha256(std::string_view octets);

}  // namespace paraph::crypto
