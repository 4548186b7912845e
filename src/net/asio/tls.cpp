#include "net/asio/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "net/asio/tls_session.h"

namespace paraph::net::asio {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype([](SSL_CTX* it) { SSL_CTX_free(it); })>;
using Bio = std::unique_ptr<BIO, decltype([](BIO* it) { BIO_free(it); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* it) { X509_free(it); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* it) { EVP_PKEY_free(it); })>;
using Loaded = Result<std::shared_ptr<const TlsContext>>;

constexpr std::size_t kFileBytesMax = 1024 * 1024;

Result<std::string> load_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileBytesMax, '\0');
  if (!file) return fail(Code::NotFound, fmt::format("{}: cannot be opened: check the path and who may read it", path));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(Code::NotFound, fmt::format("{}: cannot be read: is it a file?", path));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

Bio reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Certificate read_certificate(BIO* bio) { return Certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)); }

// A key with a pass phrase is refused, never asked for on the terminal.
int no_pass_phrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Context new_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // A connection that ends without close_notify is an end like any other: mail protocols frame their own messages.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  return context;
}

Result<void> use_certificate(SSL_CTX* context, const std::string& pem, std::string_view name) {
  const Bio bio = reader(pem);
  const Certificate own = read_certificate(bio.get());
  if (!own) return fail(Code::BadInput, fmt::format("{}: holds no PEM certificate", name));
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    return fail(Code::BadInput, fmt::format("{}: the certificate cannot be used: {}", name, openssl_reason()));
  while (Certificate link = read_certificate(bio.get())) {
    if (SSL_CTX_add0_chain_cert(context, link.get()) != 1)
      return fail(Code::BadInput, fmt::format("{}: the chain cannot be used: {}", name, openssl_reason()));
    link.release();
  }
  ERR_clear_error();
  return {};
}

Result<void> use_key(SSL_CTX* context, const std::string& pem, std::string_view name,
                     std::string_view certificate_name) {
  const Bio bio = reader(pem);
  bool asked = false;
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, &asked));
  ERR_clear_error();
  if (asked) return fail(Code::BadInput, fmt::format("{}: the key has a pass phrase: store it without one", name));
  if (!key) return fail(Code::BadInput, fmt::format("{}: holds no PEM private key", name));
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    return fail(Code::BadInput, fmt::format("{}: is not the key of the certificate in {}", name, certificate_name));
  }
  return {};
}

/// Asks clients for a certificate of one of these authorities, and of no other: not of the system's.
Result<void> ask_clients(SSL_CTX* context, const std::string& ca_pem, std::string_view name) {
  const Bio bio = reader(ca_pem);
  std::size_t added = 0;
  while (const Certificate authority = read_certificate(bio.get())) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
    ++added;
  }
  ERR_clear_error();
  if (added == 0) return fail(Code::BadInput, fmt::format("{}: holds no PEM certificate", name));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

struct ServerPem {
  const std::string& certificate;
  std::string_view certificate_name;
  const std::string& key;
  std::string_view key_name;
  const std::string& client_ca;  ///< may be empty
  std::string_view client_ca_name;
};

Loaded make_server(const ServerPem& pem) {
  Context context = new_context(TLS_server_method());
  if (!context) return fail(Code::Unavailable, "TLS cannot start: " + openssl_reason());
  PARAPH_CHECK(use_certificate(context.get(), pem.certificate, pem.certificate_name));
  PARAPH_CHECK(use_key(context.get(), pem.key, pem.key_name, pem.certificate_name));
  if (!pem.client_ca.empty()) {
    PARAPH_CHECK(ask_clients(context.get(), pem.client_ca, pem.client_ca_name));
  }
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Tickets carry the sessions, so nothing is kept here for clients that may never come back.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 1);
  constexpr std::array<unsigned char, 6> kSessionContext{'p', 'a', 'r', 'a', 'p', 'h'};
  SSL_CTX_set_session_id_context(context.get(), kSessionContext.data(), kSessionContext.size());
  return std::make_shared<const OpenSslContext>(context.release(), OpenSslContext::Role::Server, "", false);
}

Result<void> trust(SSL_CTX* context, const std::string& ca_pem) {
  SSL_CTX_set_default_verify_paths(context);
  const Bio bio = reader(ca_pem);
  std::size_t added = 0;
  while (const Certificate authority = read_certificate(bio.get())) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    ++added;
  }
  ERR_clear_error();
  if (added == 0 && !ca_pem.empty()) return fail(Code::BadInput, "the authorities to trust hold no PEM certificate");
  return {};
}

/// What many sessions can share: everything but names and records.
Result<Context> make_client(const ClientTls& options) {
  Context context = new_context(TLS_client_method());
  if (!context) return fail(Code::Unavailable, "TLS cannot start: " + openssl_reason());
  if (!options.tlsa.empty()) {
    if (SSL_CTX_dane_enable(context.get()) != 1)
      return fail(Code::Unavailable, "DANE cannot start: " + openssl_reason());
  } else if (options.verify) {
    PARAPH_CHECK(trust(context.get(), options.ca_pem));
  }
  return context;
}

/// Which contexts are alike.
std::string kind_of(const ClientTls& options) {
  if (!options.tlsa.empty()) return "dane";
  return options.verify ? "verified " + options.ca_pem : "any";
}

}  // namespace

Loaded load_server_tls(const std::string& certificate_file, const std::string& key_file,
                       const std::string& client_ca_file) {
  PARAPH_TRY(const std::string certificate, load_file(certificate_file));
  PARAPH_TRY(const std::string key, load_file(key_file));
  std::string client_ca;
  if (!client_ca_file.empty()) {
    PARAPH_TRY(client_ca, load_file(client_ca_file));
    if (client_ca.empty()) return fail(Code::BadInput, fmt::format("{}: holds no PEM certificate", client_ca_file));
  }
  return make_server({certificate, certificate_file, key, key_file, client_ca, client_ca_file});
}

Loaded server_tls(const std::string& certificate_pem, const std::string& key_pem, const std::string& client_ca_pem) {
  return make_server(
      {certificate_pem, "the certificate", key_pem, "the key", client_ca_pem, "the authorities of clients"});
}

Loaded client_tls(ClientTls options) {
  PARAPH_TRY(Context context, make_client(options));
  return std::make_shared<const OpenSslContext>(context.release(), std::move(options));
}

Loaded ClientTlsMaker::make(ClientTls options) {
  const std::lock_guard lock(mutex_);
  auto& shared = contexts_[kind_of(options)];
  if (!shared) {
    PARAPH_TRY(Context made, make_client(options));
    shared = std::shared_ptr<void>(made.release(), [](void* it) { SSL_CTX_free(static_cast<SSL_CTX*>(it)); });
  }
  auto* context = static_cast<SSL_CTX*>(shared.get());
  SSL_CTX_up_ref(context);
  return std::make_shared<const OpenSslContext>(context, std::move(options));
}

}  // namespace paraph::net::asio
