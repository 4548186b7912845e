#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/assert.h"

namespace paraph::net::asio {

/// A self-signed certificate for 127.0.0.1 and "localhost", made anew. For tests only.
struct TestCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

namespace detail {

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

inline void add_extension(X509* certificate, int id, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
  PARAPH_ASSERT(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

}  // namespace detail

/// `names`: of the subject, as OpenSSL's configuration writes them. `digest`: what the signature is made with, which
/// tls-server-end-point follows; null for Ed25519.
inline TestCertificate make_certificate(EVP_PKEY* owned_key = EVP_EC_gen("P-256"), const EVP_MD* digest = EVP_sha256(),
                                        const char* names = "DNS:localhost,IP:127.0.0.1") {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(owned_key, EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> key_bio(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> certificate_bio(BIO_new(BIO_s_mem()), BIO_free);
  X509* made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600L * 24 * 365);
  X509_set_pubkey(made, key.get());
  const auto* name = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  detail::add_extension(made, NID_basic_constraints, "critical,CA:TRUE");
  detail::add_extension(made, NID_subject_alt_name, names);
  PARAPH_ASSERT(X509_sign(made, key.get(), digest) > 0);
  PEM_write_bio_X509(certificate_bio.get(), made);
  PEM_write_bio_PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {.certificate_pem = detail::text_of(certificate_bio.get()), .key_pem = detail::text_of(key_bio.get())};
}

}  // namespace paraph::net::asio
