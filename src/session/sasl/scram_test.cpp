#include "session/sasl/scram.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/mac.h"
#include "crypto/sha256.h"
#include "session/sasl/testing.h"

namespace paraph::sasl {
namespace {

/// The client's side by RFC 5802 §3, made to be bent.
struct Client {
  std::string flag = "n";
  std::string binding;  ///< the channel's data
  std::string user = "alice";
  std::string password = "secret";
  std::string authzid;
  std::string nonce = "fyko+d2lbbFgONRv9qkxdawL";

  std::string gs2_header() const { return flag + "," + (authzid.empty() ? "" : "a=" + authzid) + ","; }
  std::string bare() const { return "n=" + user + ",r=" + nonce; }
  std::string first() const { return gs2_header() + bare(); }

  std::string final(const std::string& server_first) {
    const auto fields = split(server_first, ',');
    const std::string salt = crypto::base64_decode(fields.at(1).substr(2)).value();
    const auto iterations = static_cast<std::uint32_t>(parse_decimal(fields.at(2).substr(2)).value());
    const std::string without_proof =
        "c=" + crypto::base64_encode(gs2_header() + binding) + "," + std::string(fields.at(0));
    const std::string auth_message = bare() + "," + server_first + "," + without_proof;
    const std::string salted = crypto::pbkdf2_sha256(password, salt, iterations);
    std::string proof = crypto::hmac_sha256(salted, "Client Key");
    const BlobId stored = crypto::sha256(proof);
    const std::string signature = crypto::hmac_sha256(stored.view(), auth_message);
    for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ signature[i]);
    expected_server_final =
        "v=" + crypto::base64_encode(crypto::hmac_sha256(crypto::hmac_sha256(salted, "Server Key"), auth_message));
    return without_proof + ",p=" + crypto::base64_encode(proof);
  }
  std::string expected_server_final;
};

class ScramTest : public ::testing::Test {
 protected:
  Step run(Client client, std::string_view mechanism = "SCRAM-SHA-256") {
    const auto machine = make_mechanism(mechanism, server_.context(binding_));
    Step step = server_.settle(*machine, machine->start(client.first()));
    if (!std::holds_alternative<Challenge>(step)) return step;
    server_first_ = challenge_of(step);
    step = server_.settle(*machine, machine->next(client.final(server_first_)));
    if (!std::holds_alternative<Challenge>(step)) return step;
    EXPECT_EQ(challenge_of(step), client.expected_server_final);
    return machine->next("");
  }
  std::string salt() const { return std::string(split(server_first_, ',').at(1)); }

  TestServer server_;
  crypto::ChannelBinding binding_;
  std::string server_first_;
  const crypto::ChannelBinding tls12_{
      .tls_exporter = "exporter", .tls_server_end_point = "end point", .tls_unique = "unique"};
  const crypto::ChannelBinding tls13_{.tls_exporter = "exporter", .tls_server_end_point = "end point"};
  static constexpr std::string_view kPlus = "SCRAM-SHA-256-PLUS";
};

TEST_F(ScramTest, RightPassword) {
  const Step step = run({.authzid = "boss"});
  ASSERT_TRUE(succeeded(step));
  EXPECT_EQ(std::get<Success>(step).authcid, "alice");
  EXPECT_EQ(std::get<Success>(step).authzid, "boss");
}

TEST_F(ScramTest, WithoutInitialResponse) {
  const auto machine = make_mechanism("SCRAM-SHA-256", server_.context());
  EXPECT_EQ(challenge_of(machine->start(std::nullopt)), "");
  EXPECT_TRUE(challenge_of(server_.settle(*machine, machine->next(Client().first()))).starts_with("r=fyko"));
}

TEST_F(ScramTest, WrongPassword) { EXPECT_EQ(failure_of(run({.password = "Secret"})), Code::Unauthenticated); }

TEST_F(ScramTest, UnknownUserLooksLikeAKnownOne) {
  const Step wrong = run({.password = "x"});
  const std::string known_salt = salt();
  const Step unknown = run({.user = "carol"});
  const std::string first_salt = salt();
  EXPECT_EQ(std::get<Failure>(unknown).text, std::get<Failure>(wrong).text);
  EXPECT_EQ(first_salt.size(), known_salt.size());
  run({.user = "Carol"});
  EXPECT_EQ(salt(), first_salt) << "the same at each try";
  run({.user = "dave"});
  EXPECT_NE(salt(), first_salt) << "but not for everybody";
}

TEST_F(ScramTest, EveryBindingTypeThatTheConnectionHas) {
  binding_ = tls12_;
  EXPECT_TRUE(succeeded(run({.flag = "p=tls-exporter", .binding = "exporter"}, kPlus)));
  EXPECT_TRUE(succeeded(run({.flag = "p=tls-server-end-point", .binding = "end point"}, kPlus)));
  EXPECT_TRUE(succeeded(run({.flag = "p=tls-unique", .binding = "unique"}, kPlus)));
}

TEST_F(ScramTest, BindingToAnotherConnectionIsRefused) {
  binding_ = tls13_;
  EXPECT_EQ(failure_of(run({.flag = "p=tls-exporter", .binding = "another"}, kPlus)), Code::Unauthenticated);
  EXPECT_EQ(failure_of(run({.flag = "p=tls-exporter", .binding = ""}, kPlus)), Code::Unauthenticated);
  EXPECT_EQ(failure_of(run({.flag = "p=tls-exporter", .binding = "end point"}, kPlus)), Code::Unauthenticated);
}

TEST_F(ScramTest, BindingTypesThatTheConnectionHasNot) {
  binding_ = tls13_;
  for (const std::string flag : {"p=tls-unique", "p=tls-nonsense", "p=TLS-EXPORTER"})
    EXPECT_EQ(failure_of(run({.flag = flag, .binding = "unique"}, kPlus)), Code::Unauthenticated) << flag;
}

TEST_F(ScramTest, DowngradesAreRefused) {
  binding_ = tls13_;
  EXPECT_EQ(failure_of(run({.flag = "y"})), Code::Unauthenticated) << "-PLUS was taken off the list";
  EXPECT_EQ(failure_of(run({.flag = "y"}, kPlus)), Code::Unauthenticated);
  EXPECT_EQ(failure_of(run({.flag = "n"}, kPlus)), Code::Unauthenticated);
  EXPECT_EQ(failure_of(run({.flag = "p=tls-exporter", .binding = "exporter"})), Code::Unauthenticated);
  EXPECT_TRUE(succeeded(run({.flag = "n"}))) << "a client without channel binding may";
}

TEST_F(ScramTest, AClientThatCouldBindInClearMay) { EXPECT_TRUE(succeeded(run({.flag = "y"}))); }

TEST_F(ScramTest, AReplayedFinalMessageIsRefused) {
  Client client;
  const auto first = make_mechanism("SCRAM-SHA-256", server_.context());
  const std::string final = client.final(challenge_of(server_.settle(*first, first->start(client.first()))));
  const auto second = make_mechanism("SCRAM-SHA-256", server_.context());
  server_.settle(*second, second->start(client.first()));
  EXPECT_EQ(failure_of(second->next(final)), Code::Unauthenticated);
}

TEST_F(ScramTest, WordsAfterTheServersSignatureAreRefused) {
  Client client;
  const auto machine = make_mechanism("SCRAM-SHA-256", server_.context());
  const std::string final = client.final(challenge_of(server_.settle(*machine, machine->start(client.first()))));
  EXPECT_EQ(challenge_of(machine->next(final)), client.expected_server_final);
  EXPECT_EQ(failure_of(machine->next("x")), Code::BadInput);
  EXPECT_EQ(failure_of(machine->next("")), Code::BadInput) << "it is over";
}

TEST_F(ScramTest, AnAccountWithoutScramKeysCannotLogIn) {
  const auto machine = make_mechanism("SCRAM-SHA-256", server_.context());
  machine->start(Client().first());
  EXPECT_TRUE(challenge_of(machine->give_verifier(crypto::Verifier{.argon2 = "$x"})).starts_with("r="));
}

}  // namespace
}  // namespace paraph::sasl
