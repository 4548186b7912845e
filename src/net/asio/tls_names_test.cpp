#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "net/asio/socket_stream.h"
#include "net/asio/testing.h"
#include "net/asio/tls.h"
#include "net/gate.h"
#include "net/testing.h"

namespace paraph::net::asio {
namespace {

using Certificate = std::unique_ptr<X509, decltype([](X509* it) { X509_free(it); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* it) { EVP_PKEY_free(it); })>;

Certificate read_certificate(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), -1), BIO_free);
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

std::string sha256(const std::string& octets) {
  std::string out(32, '\0');
  unsigned int size = 0;
  EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(out.data()), &size, EVP_sha256(), nullptr);
  return out;
}

std::string der_of(X509* certificate) {
  unsigned char* octets = nullptr;
  const int bytes = i2d_X509(certificate, &octets);
  std::string out(reinterpret_cast<char*>(octets), static_cast<std::size_t>(bytes));
  OPENSSL_free(octets);
  return out;
}

/// SubjectPublicKeyInfo, which selector 1 is about.
std::string public_key_of(X509* certificate) {
  unsigned char* octets = nullptr;
  const int bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &octets);
  std::string out(reinterpret_cast<char*>(octets), static_cast<std::size_t>(bytes));
  OPENSSL_free(octets);
  return out;
}

/// A certificate for `names` that `authority` signed, with that one's after it.
TestCertificate signed_by(const TestCertificate& authority, const char* names) {
  auto leaf = make_certificate(EVP_EC_gen("P-256"), EVP_sha256(), names);
  const auto issuer = read_certificate(authority.certificate_pem);
  const auto own = read_certificate(leaf.certificate_pem);
  const std::unique_ptr<BIO, decltype(&BIO_free)> key_bio(BIO_new_mem_buf(authority.key_pem.data(), -1), BIO_free);
  const Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(own.get()), "O", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("Leaf"), -1, -1, 0);
  X509_set_issuer_name(own.get(), X509_get_subject_name(issuer.get()));
  PARAPH_ASSERT(X509_sign(own.get(), key.get(), EVP_sha256()) > 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(out.get(), own.get());
  leaf.certificate_pem = detail::text_of(out.get()) + authority.certificate_pem;
  return leaf;
}

/// "ok", or why the client ended the handshake with a server that shows this certificate.
class TlsNames : public ::testing::Test {
 protected:
  std::string outcome(const TestCertificate& made, ClientTls demands) {
    int pair[2];
    PARAPH_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    const auto server = wrap(pair[0]), client = wrap(pair[1]);
    Result<void> ours, theirs;
    spawn(gate_, context_.get_executor(), "server",
          secure(*server, server_tls(made.certificate_pem, made.key_pem).value(), theirs));
    spawn(gate_, context_.get_executor(), "client", secure(*client, maker_.make(std::move(demands)).value(), ours));
    context_.restart();
    while (gate_.running() != 0) PARAPH_ASSERT(context_.run_one_for(std::chrono::seconds(20)) == 1);
    const std::string prefix = "the TLS handshake failed: ";
    return ours ? "ok" : ours.error().text.substr(prefix.size());
  }

  boost::asio::io_context context_{1};
  Gate gate_;
  ClientTlsMaker maker_;

 private:
  std::unique_ptr<SocketStream> wrap(int descriptor) {
    Socket socket(context_.get_executor());
    socket.assign({AF_UNIX, 0}, descriptor);
    return std::make_unique<SocketStream>(std::move(socket), Endpoint{});
  }
  static Task<void> secure(Stream& stream, std::shared_ptr<const TlsContext> context, Result<void>& outcome) {
    outcome = co_await stream.start_tls(std::move(context));
    if (!outcome) stream.close();
  }
};

TEST_F(TlsNames, OneOfSeveral) {
  const auto made = make_certificate(EVP_EC_gen("P-256"), EVP_sha256(), "DNS:mx.example.org");
  const auto wild = make_certificate(EVP_EC_gen("P-256"), EVP_sha256(), "DNS:*.example.org");
  struct Case {
    const TestCertificate& certificate;
    std::vector<std::string> names;
    std::string outcome;
  };
  for (const auto& [certificate, names, expected] : std::vector<Case>{
           {made, {}, "hostname mismatch"},
           {made, {"mx.example.org"}, "ok"},
           {made, {"other.test", "mx.example.org"}, "ok"},
           {made, {"other.test"}, "hostname mismatch"},
           {made, {"*.example.org"}, "ok"},
           {made, {"*.org"}, "hostname mismatch"},
           {made, {"example.org"}, "hostname mismatch"},
           {wild, {"mx.example.org"}, "ok"},
           {wild, {"a.mx.example.org"}, "hostname mismatch"},
       }) {
    EXPECT_EQ(outcome(certificate, {.server_name = "sni.test", .ca_pem = certificate.certificate_pem, .names = names}),
              expected)
        << (names.empty() ? "" : names[0]);
  }
}

TEST_F(TlsNames, AnyCertificateWhereNothingIsVerified) {
  EXPECT_EQ(outcome(make_certificate(), {.server_name = "other.test", .verify = false}), "ok");
  EXPECT_EQ(outcome(make_certificate(), {.server_name = "other.test", .verify = false, .names = {"third.test"}}), "ok");
}

TEST_F(TlsNames, OneMakersContextsDoNotMix) {
  const auto made = make_certificate(), other = make_certificate();
  EXPECT_EQ(outcome(made, {.server_name = "localhost", .ca_pem = made.certificate_pem}), "ok");
  EXPECT_EQ(outcome(made, {.server_name = "localhost", .ca_pem = other.certificate_pem}), "self-signed certificate");
  EXPECT_EQ(outcome(made, {.server_name = "localhost"}), "self-signed certificate");
  EXPECT_EQ(outcome(made, {.server_name = "mx.test", .ca_pem = made.certificate_pem}), "hostname mismatch");
  EXPECT_FALSE(maker_.make({.ca_pem = "no certificate"}));
}

TEST_F(TlsNames, DaneNamesTheCertificate) {
  const auto made = make_certificate();
  const auto own = read_certificate(made.certificate_pem);
  const std::string der = der_of(own.get()), key = public_key_of(own.get());
  const TlsaRecord wrong{3, 1, 1, std::string(32, 'x')};
  struct Case {
    std::vector<TlsaRecord> tlsa;
    std::string outcome;
  };
  for (const auto& [tlsa, expected] : std::vector<Case>{
           {{{3, 1, 1, sha256(key)}}, "ok"},
           {{{3, 0, 1, sha256(der)}}, "ok"},
           {{{3, 0, 0, der}}, "ok"},
           {{wrong, {3, 1, 1, sha256(key)}}, "ok"},
           {{{1, 1, 1, sha256(key)}, {3, 1, 1, sha256(key)}}, "ok"},
           {{wrong}, "no matching DANE TLSA records"},
           {{wrong, {1, 1, 1, sha256(key)}}, "no matching DANE TLSA records"},
           {{{1, 1, 1, std::string(32, 'x')}}, "ok"},  // none that can be used
           {{{3, 1, 99, sha256(key)}}, "ok"},
           {{{3, 1, 1, "short"}}, "ok"},
       }) {
    EXPECT_EQ(outcome(made, {.server_name = "mx.test", .names = {"mx.test"}, .tlsa = tlsa}), expected);
  }
}

TEST_F(TlsNames, DaneNamesTheAuthorityAndThenTheNameCounts) {
  const auto authority = make_certificate();
  const auto leaf = signed_by(authority, "DNS:mx.test");
  const auto issuer = read_certificate(authority.certificate_pem);
  const std::vector<TlsaRecord> tlsa{{2, 0, 1, sha256(der_of(issuer.get()))}};
  EXPECT_EQ(outcome(leaf, {.server_name = "mx.test", .names = {"mx.test", "a.test"}, .tlsa = tlsa}), "ok");
  EXPECT_EQ(outcome(leaf, {.server_name = "mx2.test", .names = {"mx2.test", "a.test"}, .tlsa = tlsa}),
            "hostname mismatch");
}

}  // namespace
}  // namespace paraph::net::asio
