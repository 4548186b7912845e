#include "net/asio/tls_session.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace paraph::net::asio {
namespace {

constexpr std::size_t kExporterBytes = 32;

// RFC 9266 §4: label, zero-length context, 32 octets. Under TLS 1.2 only with the extended master secret (RFC 7627),
// without which a man in the middle can make two connections that export the same.
std::string tls_exporter(SSL* ssl) {
  constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  std::string out(kExporterBytes, '\0');
  const unsigned char none = 0;
  if (SSL_export_keying_material(ssl, reinterpret_cast<unsigned char*>(out.data()), out.size(), kLabel.data(),
                                 kLabel.size(), &none, 0, 1) != 1)
    return {};
  return out;
}

// RFC 5929 §3.1: the first Finished message of the handshake, which the server sends when it resumes.
std::string tls_unique(SSL* ssl) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  const bool ours = (SSL_session_reused(ssl) != 0) == (SSL_is_server(ssl) != 0);
  const std::size_t size =
      ours ? SSL_get_finished(ssl, out.data(), out.size()) : SSL_get_peer_finished(ssl, out.data(), out.size());
  out.resize(std::min(size, out.size()));
  return out;
}

// RFC 5929 §4.1: the hash of the certificate's signature algorithm; SHA-256 instead of MD5 and SHA-1; none for
// algorithms that have no such hash (Ed25519).
std::string tls_server_end_point(SSL* ssl) {
  const X509* certificate = SSL_is_server(ssl) != 0 ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl);
  int digest_id = NID_undef;
  if (certificate == nullptr ||
      X509_get_signature_info(const_cast<X509*>(certificate), &digest_id, nullptr, nullptr, nullptr) != 1)
    return {};
  if (digest_id == NID_md5 || digest_id == NID_sha1) digest_id = NID_sha256;
  const EVP_MD* digest = EVP_get_digestbynid(digest_id);
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (digest == nullptr || X509_digest(certificate, digest, reinterpret_cast<unsigned char*>(out.data()), &size) != 1)
    return {};
  out.resize(size);
  return out;
}

}  // namespace

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

OpenSslContext::OpenSslContext(SSL_CTX* owned, Role role, std::string server_name, bool verify)
    : context_(owned), role_(role), demands_{.server_name = std::move(server_name), .verify = verify} {}

OpenSslContext::OpenSslContext(SSL_CTX* owned, ClientTls demands)
    : context_(owned), role_(Role::Client), demands_(std::move(demands)) {}

OpenSslContext::~OpenSslContext() { SSL_CTX_free(context_); }

SSL* OpenSslContext::new_session(int descriptor) const {
  SSL* ssl = SSL_new(context_);
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) {
    SSL_free(ssl);
    throw std::runtime_error("TLS: " + openssl_reason());
  }
  if (role_ == Role::Server) {
    SSL_set_accept_state(ssl);
    return ssl;
  }
  SSL_set_connect_state(ssl);
  demand(ssl);
  return ssl;
}

void OpenSslContext::demand(SSL* ssl) const {
  const auto& name = demands_.server_name;
  // An address is matched as an address, and is no server name (RFC 6066 §3).
  const bool address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  if (!address && !name.empty()) SSL_set_tlsext_host_name(ssl, name.c_str());
  bool verify = demands_.verify;
  if (!demands_.tlsa.empty()) verify = demand_dane(ssl);
  if (!address && !name.empty() && demands_.names.empty()) SSL_set1_host(ssl, name.c_str());
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS);
  for (const auto& one : demands_.names) {
    // OpenSSL writes "*.example.org" as ".example.org".
    const bool wild = one.starts_with("*.");
    if (one != name || !address) SSL_add1_host(ssl, one.c_str() + (wild ? 1 : 0));
  }
  SSL_set_verify(ssl, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
}

bool OpenSslContext::demand_dane(SSL* ssl) const {
  if (SSL_dane_enable(ssl, nullptr) <= 0) throw std::runtime_error("DANE: " + openssl_reason());
  SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);  // RFC 7672 §3.1.1
  bool usable = false;
  for (const auto& [usage, selector, matching, data] : demands_.tlsa) {
    if (usage != 2 && usage != 3) continue;
    const auto* octets = reinterpret_cast<const unsigned char*>(data.data());
    usable = SSL_dane_tlsa_add(ssl, usage, selector, matching, octets, data.size()) > 0 || usable;
  }
  ERR_clear_error();
  return usable;
}

TlsSession::TlsSession(std::shared_ptr<const OpenSslContext> context, int descriptor)
    : context_(std::move(context)), ssl_(context_->new_session(descriptor)) {}

TlsStep TlsSession::step(int result, std::size_t octets) {
  if (result > 0) return {.octets = octets};
  const int saved = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.kind = TlsStep::Kind::WantRead};
    case SSL_ERROR_WANT_WRITE:
      return {.kind = TlsStep::Kind::WantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {.kind = TlsStep::Kind::Ended};
    case SSL_ERROR_SYSCALL:
      return {.kind = TlsStep::Kind::Broken, .why = saved == 0 ? "the peer went away" : std::strerror(saved)};
    default:
      break;
  }
  if (const long verdict = SSL_get_verify_result(ssl_.get());
      verdict != X509_V_OK && SSL_is_init_finished(ssl_.get()) == 0) {
    ERR_clear_error();
    return {.kind = TlsStep::Kind::Broken, .why = X509_verify_cert_error_string(verdict)};
  }
  return {.kind = TlsStep::Kind::Broken, .why = openssl_reason()};
}

TlsStep TlsSession::handshake() {
  ERR_clear_error();
  errno = 0;
  TlsStep done = step(SSL_do_handshake(ssl_.get()), 0);
  if (done.kind == TlsStep::Kind::Ended) return {.kind = TlsStep::Kind::Broken, .why = "the peer went away"};
  return done;
}

TlsStep TlsSession::read(std::span<char> into) {
  ERR_clear_error();
  errno = 0;
  std::size_t octets = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &octets);
  return step(result, octets);
}

TlsStep TlsSession::write(std::string_view data) {
  ERR_clear_error();
  errno = 0;
  std::size_t octets = 0;
  const int result = SSL_write_ex(ssl_.get(), data.data(), data.size(), &octets);
  return step(result, octets);
}

TlsStep TlsSession::look() {
  ERR_clear_error();
  errno = 0;
  char octet = 0;
  std::size_t octets = 0;
  const int result = SSL_peek_ex(ssl_.get(), &octet, 1, &octets);
  TlsStep seen = step(result, octets);
  if (seen.kind == TlsStep::Kind::Ended || seen.kind == TlsStep::Kind::Broken) return {};
  return seen;
}

TlsStep TlsSession::end() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_shutdown(ssl_.get());
  return result == 0 ? TlsStep{} : step(result, 0);
}

std::string TlsSession::name() const {
  return std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get());
}

std::string TlsSession::peer_subject() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
  if ((SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER) == 0) return {};  // nobody looked at it
  const std::unique_ptr<BIO, decltype([](BIO* it) { BIO_free(it); })> out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0) return {};
  const char* text = nullptr;
  const auto bytes = BIO_get_mem_data(out.get(), &text);
  return text == nullptr ? "" : std::string(text, static_cast<std::size_t>(bytes));
}

crypto::ChannelBinding TlsSession::binding() const {
  SSL* ssl = ssl_.get();
  crypto::ChannelBinding binding{.tls_server_end_point = tls_server_end_point(ssl)};
  const bool tls13 = SSL_version(ssl) >= TLS1_3_VERSION;
  if (tls13 || SSL_get_extms_support(ssl) == 1) binding.tls_exporter = tls_exporter(ssl);
  if (!tls13 && SSL_get_extms_support(ssl) == 1) binding.tls_unique = tls_unique(ssl);
  return binding;
}

}  // namespace paraph::net::asio
