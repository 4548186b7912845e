#include "session/sasl/plain.h"

#include <gtest/gtest.h>

#include "session/sasl/testing.h"

namespace paraph::sasl {
namespace {

using std::string_literals::operator""s;

class PlainTest : public ::testing::Test {
 protected:
  Step plain(std::string_view message) {
    Plain machine;
    EXPECT_EQ(challenge_of(machine.start(std::nullopt)), "");
    return server_.settle(machine, machine.next(message));
  }
  Step login(std::string_view user, std::string_view password) {
    Login machine;
    EXPECT_EQ(challenge_of(machine.start(std::nullopt)), "Username:");
    const Step asked = machine.next(user);
    if (!std::holds_alternative<Challenge>(asked)) return asked;
    return server_.settle(machine, machine.next(password));
  }
  TestServer server_;
};

TEST_F(PlainTest, RightPassword) {
  const Step step = plain("\0alice\0secret"s);
  ASSERT_TRUE(succeeded(step));
  EXPECT_EQ(std::get<Success>(step).authcid, "alice");
  EXPECT_EQ(std::get<Success>(step).authzid, "");
}

TEST_F(PlainTest, GivesTheAuthorizationIdentity) {
  const Step step = plain("bob\0alice\0secret"s);
  ASSERT_TRUE(succeeded(step));
  EXPECT_EQ(std::get<Success>(step).authzid, "bob");
}

TEST_F(PlainTest, WrongPasswordAndUnknownUserLookAlike) {
  const Step wrong = plain("\0alice\0Secret"s), unknown = plain("\0carol\0secret"s);
  EXPECT_EQ(failure_of(wrong), Code::Unauthenticated);
  EXPECT_EQ(std::get<Failure>(wrong).text, std::get<Failure>(unknown).text);
}

TEST_F(PlainTest, MalformedMessages) {
  const std::string long_name(kNameBytesMax + 1, 'x');
  const std::string cases[] = {"",
                               "alice",
                               "alice\0secret"s,
                               "\0\0"s,
                               "\0alice\0"s,
                               "\0\0secret"s,
                               "\0alice\0secret\0"s,
                               "\0alice\0sec\0ret"s,
                               "\0\xff\0secret"s,
                               "\xff\0alice\0secret"s,
                               "\0alice\0\xff"s,
                               "\0al\nice\0secret"s,
                               "\0"s + long_name + "\0secret"s,
                               long_name + "\0alice\0secret"s};
  for (const auto& message : cases) EXPECT_EQ(failure_of(plain(message)), Code::BadInput) << message;
}

TEST_F(PlainTest, Login) {
  EXPECT_TRUE(succeeded(login("alice", "secret")));
  EXPECT_EQ(failure_of(login("alice", "Secret")), Code::Unauthenticated);
  EXPECT_EQ(failure_of(login("carol", "secret")), Code::Unauthenticated);
  EXPECT_EQ(failure_of(login("", "secret")), Code::BadInput);
  EXPECT_EQ(failure_of(login("alice", "")), Code::BadInput);
  EXPECT_EQ(failure_of(login("al\0ice"s, "secret")), Code::BadInput);
}

TEST_F(PlainTest, LoginWithTheUserAsInitialResponse) {
  Login machine;
  EXPECT_EQ(challenge_of(machine.start("alice")), "Password:");
  EXPECT_TRUE(succeeded(server_.settle(machine, machine.next("secret"))));
}

}  // namespace
}  // namespace paraph::sasl
