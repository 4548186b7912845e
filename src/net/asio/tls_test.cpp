#include "net/asio/tls.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include <array>
#include <fstream>
#include <functional>
#include <string>

#include "net/asio/socket_stream.h"
#include "net/asio/testing.h"
#include "net/gate.h"
#include "net/testing.h"

namespace paraph::net::asio {
namespace {

using Context = std::shared_ptr<const TlsContext>;

/// A client whose SSL_CTX a test can bend.
Context bent_client(const std::function<void(SSL_CTX*)>& bend) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  bend(context);
  return std::make_shared<const OpenSslContext>(context, OpenSslContext::Role::Client, "localhost", false);
}
Context client_up_to(int version) {
  return bent_client([version](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, version);
  });
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    int pair[2];
    PARAPH_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    server_ = wrap(pair[0]);
    client_ = wrap(pair[1]);
    client_descriptor_ = pair[1];
  }
  void send_clear(std::string_view octets) const {
    EXPECT_EQ(::send(client_descriptor_, octets.data(), octets.size(), 0), static_cast<ssize_t>(octets.size()));
  }
  std::unique_ptr<SocketStream> wrap(int descriptor) {
    Socket socket(context_.get_executor());
    socket.assign({AF_UNIX, 0}, descriptor);
    return std::make_unique<SocketStream>(std::move(socket), Endpoint{});
  }
  static Task<void> secure(Stream& stream, Context context, Result<void>& outcome) {
    outcome = co_await stream.start_tls(std::move(context));
    if (!outcome) stream.close();
  }
  /// Both sides' outcomes: first the server's.
  std::pair<Result<void>, Result<void>> shake(const Context& server, const Context& client) {
    std::pair<Result<void>, Result<void>> outcome;
    spawn(gate_, context_.get_executor(), "server", secure(*server_, server, outcome.first));
    spawn(gate_, context_.get_executor(), "client", secure(*client_, client, outcome.second));
    context_.restart();
    while (gate_.running() != 0) PARAPH_ASSERT(context_.run_one_for(std::chrono::seconds(20)) == 1);
    return outcome;
  }
  static Context server_with(const TestCertificate& made) {
    return server_tls(made.certificate_pem, made.key_pem).value();
  }

  boost::asio::io_context context_{1};
  Gate gate_;
  const TestCertificate made_ = make_certificate();
  const Context server_context_ = server_with(made_);
  std::unique_ptr<SocketStream> server_, client_;
  int client_descriptor_ = -1;
};

/// A client that shows this certificate when it is asked.
Context client_with(const TestCertificate& made) {
  return bent_client([&](SSL_CTX* context) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> certificate(BIO_new_mem_buf(made.certificate_pem.data(), -1),
                                                                BIO_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> key(BIO_new_mem_buf(made.key_pem.data(), -1), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> own(
        PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr), X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> own_key(
        PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    PARAPH_ASSERT(SSL_CTX_use_certificate(context, own.get()) == 1);
    PARAPH_ASSERT(SSL_CTX_use_PrivateKey(context, own_key.get()) == 1);
  });
}

TEST_F(TlsTest, AClientShowsItsCertificate) {
  const auto theirs = make_certificate();
  const auto server = server_tls(made_.certificate_pem, made_.key_pem, theirs.certificate_pem).value();
  ASSERT_TRUE(shake(server, client_with(theirs)).first);
  EXPECT_EQ(server_->peer_subject(), "CN=localhost");
}

TEST_F(TlsTest, AClientNeedsNoCertificate) {
  const auto theirs = make_certificate();
  const auto server = server_tls(made_.certificate_pem, made_.key_pem, theirs.certificate_pem).value();
  ASSERT_TRUE(shake(server, client_up_to(TLS1_2_VERSION)).first);
  EXPECT_EQ(server_->peer_subject(), "");
}

TEST_F(TlsTest, ACertificateThatNobodyVouchesForIsRefused) {
  const auto theirs = make_certificate();
  const auto server = server_tls(made_.certificate_pem, made_.key_pem, theirs.certificate_pem).value();
  EXPECT_FALSE(shake(server, client_with(make_certificate())).first);
}

TEST_F(TlsTest, WhoIsNotAskedShowsNothing) {
  ASSERT_TRUE(shake(server_context_, client_with(make_certificate())).first);
  EXPECT_EQ(server_->peer_subject(), "");
}

TEST(ServerTls, AuthoritiesOfClientsMustBeSome) {
  const auto made = make_certificate();
  EXPECT_FALSE(server_tls(made.certificate_pem, made.key_pem, "no certificate"));
}

TEST_F(TlsTest, BothSidesBindToTheSameChannelUnder13) {
  ASSERT_TRUE(shake(server_context_, client_up_to(TLS1_3_VERSION)).first);
  const auto ours = server_->channel_binding(), theirs = client_->channel_binding();
  EXPECT_EQ(ours.tls_exporter.size(), 32u);
  EXPECT_EQ(ours.tls_exporter, theirs.tls_exporter);
  EXPECT_EQ(ours.tls_server_end_point.size(), 32u);
  EXPECT_EQ(ours.tls_server_end_point, theirs.tls_server_end_point);
  EXPECT_EQ(ours.tls_unique, "") << "TLS 1.3 has none";
}

TEST_F(TlsTest, BothSidesBindToTheSameChannelUnder12) {
  ASSERT_TRUE(shake(server_context_, client_up_to(TLS1_2_VERSION)).first);
  EXPECT_TRUE(server_->tls_name().starts_with("TLSv1.2 "));
  const auto ours = server_->channel_binding(), theirs = client_->channel_binding();
  EXPECT_EQ(ours.tls_exporter.size(), 32u);
  EXPECT_EQ(ours.tls_exporter, theirs.tls_exporter);
  EXPECT_EQ(ours.tls_unique.size(), 12u);
  EXPECT_EQ(ours.tls_unique, theirs.tls_unique);
}

TEST_F(TlsTest, WithoutExtendedMasterSecretOnlyTheCertificateBinds) {
  const auto client = bent_client([](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
  });
  ASSERT_TRUE(shake(server_context_, client).first);
  const auto binding = server_->channel_binding();
  EXPECT_EQ(binding.tls_exporter, "");
  EXPECT_EQ(binding.tls_unique, "");
  EXPECT_NE(binding.tls_server_end_point, "");
}

TEST_F(TlsTest, TheEndPointFollowsTheSignaturesDigest) {
  const TestCertificate sha384 = make_certificate(EVP_RSA_gen(2048), EVP_sha384());
  ASSERT_TRUE(shake(server_with(sha384), client_up_to(TLS1_3_VERSION)).first);
  EXPECT_EQ(server_->channel_binding().tls_server_end_point.size(), 48u);
}

TEST_F(TlsTest, Ed25519HasNoEndPoint) {
  const TestCertificate edwards = make_certificate(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), nullptr);
  ASSERT_TRUE(shake(server_with(edwards), client_up_to(TLS1_3_VERSION)).first);
  EXPECT_EQ(server_->channel_binding().tls_server_end_point, "");
  EXPECT_NE(server_->channel_binding().tls_exporter, "");
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  const auto [server, client] = shake(server_context_, client_up_to(TLS1_1_VERSION));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::Unavailable);
  EXPECT_EQ(server.error().text, "the TLS handshake failed: unsupported protocol");
  EXPECT_FALSE(client);
}

TEST_F(TlsTest, AClientTrustsOnlyWhatItWasTold) {
  const auto stranger = client_tls({.server_name = "localhost"}).value();
  const auto [server, client] = shake(server_context_, stranger);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().text, "the TLS handshake failed: self-signed certificate");
  EXPECT_FALSE(server);
}

TEST_F(TlsTest, AClientChecksTheName) {
  const auto elsewhere = client_tls({.server_name = "mail.example.org", .ca_pem = made_.certificate_pem}).value();
  const auto client = shake(server_context_, elsewhere).second;
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().text, "the TLS handshake failed: hostname mismatch");
}

TEST_F(TlsTest, AClientThatTrustsFinishes) {
  const auto client = client_tls({.server_name = "localhost", .ca_pem = made_.certificate_pem}).value();
  EXPECT_TRUE(shake(server_context_, client).second);
}

Task<void> expect_wake(Stream& stream, Wake expected) {
  const Wake wake = co_await stream.wait();
  EXPECT_EQ(wake, expected);
}

TEST_F(TlsTest, SessionTicketsAreNothingToRead) {
  ASSERT_TRUE(shake(server_context_, client_up_to(TLS1_3_VERSION)).first);
  client_->set_deadline(Duration(20));
  run_task(context_, expect_wake(*client_, Wake::Deadline));
}

Task<void> expect_late(Stream& stream, Context context) {
  bool late = false;
  try {
    const auto ignored = co_await stream.start_tls(std::move(context));
  } catch (const DeadlineError&) {
    late = true;
  }
  EXPECT_TRUE(late);
}

TEST_F(TlsTest, AHandshakeMeetsItsDeadline) {
  server_->set_deadline(Duration(20));
  run_task(context_, expect_late(*server_, server_context_));
}

Task<void> expect_garbage(Stream& stream) {
  std::array<char, 1> octet{};
  bool gone = false;
  try {
    co_await stream.read_some(octet);
  } catch (const PeerGone&) {
    gone = true;
  }
  EXPECT_TRUE(gone);
}

TEST_F(TlsTest, ClearTextAfterTheHandshakeBreaksTheConnection) {
  ASSERT_TRUE(shake(server_context_, client_up_to(TLS1_3_VERSION)).first);
  send_clear("A1 LOGIN alice secret\r\n");
  run_task(context_, expect_garbage(*server_));
}

TEST_F(TlsTest, AClientThatDoesNotSpeakTlsIsSaid) {
  send_clear("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Result<void> outcome;
  run_task(context_, secure(*server_, server_context_, outcome));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().text, "the TLS handshake failed: http request");
}

TEST_F(TlsTest, TheSlotGivesNewHandshakesTheNewCertificate) {
  TlsSlot slot;
  EXPECT_EQ(slot.get(), nullptr);
  slot.set(server_context_);
  const auto before = slot.get();
  slot.set(server_with(make_certificate()));
  EXPECT_NE(slot.get(), before);
  EXPECT_TRUE(shake(before, client_up_to(TLS1_3_VERSION)).first) << "handshakes under way keep theirs";
}

class TlsFiles : public ::testing::Test {
 protected:
  static std::string write(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + "paraph-tls-" + name;
    std::ofstream(path) << text;
    return path;
  }
  static std::string error(const std::string& certificate, const std::string& key) {
    const auto loaded = load_server_tls(certificate, key);
    return loaded ? "(loaded)" : loaded.error().text;
  }
  const TestCertificate made_ = make_certificate();
  const std::string certificate_ = write("good.crt", made_.certificate_pem);
  const std::string key_ = write("good.key", made_.key_pem);
};

TEST_F(TlsFiles, Good) {
  EXPECT_EQ(error(certificate_, key_), "(loaded)");
  const std::string chain = write("chain.crt", made_.certificate_pem + make_certificate().certificate_pem);
  EXPECT_EQ(error(chain, key_), "(loaded)");
  const std::string both = write("both.pem", made_.key_pem + made_.certificate_pem);
  EXPECT_EQ(error(both, both), "(loaded)");
}

TEST_F(TlsFiles, EachFaultIsOneSentence) {
  const std::string other_key = write("other.key", make_certificate().key_pem);
  const std::string empty = write("empty", "");
  EXPECT_EQ(error("/nonexistent", key_), "/nonexistent: cannot be opened: check the path and who may read it");
  EXPECT_EQ(error(certificate_, "/nonexistent"), "/nonexistent: cannot be opened: check the path and who may read it");
  EXPECT_EQ(error(empty, key_), empty + ": holds no PEM certificate");
  EXPECT_EQ(error(key_, key_), key_ + ": holds no PEM certificate");
  EXPECT_EQ(error(certificate_, certificate_), certificate_ + ": holds no PEM private key");
  EXPECT_EQ(error(certificate_, other_key), other_key + ": is not the key of the certificate in " + certificate_);
  EXPECT_EQ(error(::testing::TempDir(), key_), ::testing::TempDir() + ": cannot be read: is it a file?");
}

TEST_F(TlsFiles, AKeyWithAPassPhraseIsRefusedAndNotAskedFor) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  const std::string locked = write("locked.key", detail::text_of(bio.get()));
  EXPECT_EQ(error(certificate_, locked), locked + ": the key has a pass phrase: store it without one");
}

}  // namespace
}  // namespace paraph::net::asio
