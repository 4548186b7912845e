#include "session/sasl/mechanism.h"

#include <gmock/gmock.h>

#include "session/sasl/testing.h"

namespace paraph::sasl {
namespace {

using ::testing::ElementsAre;

class Offer : public ::testing::Test {
 protected:
  TestServer server_;
  const crypto::ChannelBinding bound_{.tls_exporter = "x"};
};

TEST_F(Offer, FollowsTheConnection) {
  EXPECT_THAT(offered(server_.context(bound_)), ElementsAre("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"));
  EXPECT_THAT(offered(server_.context()), ElementsAre("SCRAM-SHA-256", "PLAIN", "LOGIN"));
  Context clear = server_.context();
  clear.plaintext_allowed = false;
  EXPECT_THAT(offered(clear), ElementsAre("SCRAM-SHA-256"));
}

TEST_F(Offer, OnlyWhatIsOfferedCanBeMade) {
  EXPECT_NE(make_mechanism("plain", server_.context()), nullptr);
  EXPECT_NE(make_mechanism("scram-sha-256-plus", server_.context(bound_)), nullptr);
  EXPECT_EQ(make_mechanism("SCRAM-SHA-256-PLUS", server_.context()), nullptr);
  EXPECT_EQ(make_mechanism("CRAM-MD5", server_.context(bound_)), nullptr);
  EXPECT_EQ(make_mechanism("", server_.context()), nullptr);
  Context clear = server_.context();
  clear.plaintext_allowed = false;
  EXPECT_EQ(make_mechanism("PLAIN", clear), nullptr);
  EXPECT_EQ(make_mechanism("LOGIN", clear), nullptr);
}

TEST_F(Offer, LinesAreStrictBase64) {
  for (const std::string_view line : {"*", "AGFsaWNlAHNlY3JldA", "AGFsaWNl AHNlY3JldA==", "!", "===="}) {
    const auto plain = make_mechanism("PLAIN", server_.context());
    start_line(*plain, std::nullopt);
    EXPECT_EQ(failure_of(answer_line(*plain, line)), Code::BadInput) << line;
    EXPECT_EQ(failure_of(answer_line(*plain, "AGFsaWNlAHNlY3JldA==")), Code::BadInput) << "it is over";
  }
}

TEST_F(Offer, AnInitialResponseMayComeMayBeEmptyMayBeWrong) {
  struct Case {
    std::optional<std::string_view> initial;
    std::string_view challenge;
  };
  const Case cases[] = {{std::nullopt, "Username:"}, {"YWxpY2U=", "Password:"}};
  for (const auto& [initial, challenge] : cases) {
    const auto login = make_mechanism("LOGIN", server_.context());
    EXPECT_EQ(challenge_of(start_line(*login, initial)), challenge);
  }
  for (const std::string_view initial : {"=", "", "YWxpY2U", "*"}) {
    const auto login = make_mechanism("LOGIN", server_.context());
    EXPECT_EQ(failure_of(start_line(*login, initial)), Code::BadInput) << initial;
  }
}

TEST_F(Offer, TooMuchIsRefused) {
  const std::string octets(kMessageBytesMax + 1, 'x'), line(kLineBytesMax + 1, 'A');
  const auto a = make_mechanism("LOGIN", server_.context()), b = make_mechanism("LOGIN", server_.context());
  EXPECT_EQ(failure_of(a->start(octets)), Code::BadInput);
  EXPECT_EQ(failure_of(start_line(*b, line)), Code::BadInput);
}

TEST_F(Offer, ChallengesAreBase64) {
  EXPECT_EQ(challenge_line({"Username:"}), "VXNlcm5hbWU6");
  EXPECT_EQ(challenge_line({}), "");
}

}  // namespace
}  // namespace paraph::sasl
