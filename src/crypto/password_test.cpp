#include "crypto/password.h"

#include <gtest/gtest.h>

#include "crypto/base64.h"
#include "crypto/mac.h"
#include "crypto/sha256.h"

namespace paraph::crypto {
namespace {

class Password : public ::testing::Test {
 protected:
  Verifier verifier_of(std::string_view password) { return make_verifier(password, random_, kTestCost).value(); }
  SeededRandom random_{1};
};

TEST_F(Password, RightAndWrong) {
  const Verifier verifier = verifier_of("correct horse");
  EXPECT_TRUE(check_password(verifier, "correct horse"));
  for (const std::string_view wrong : {"", "correct hors", "Correct horse", "correct horse "})
    EXPECT_FALSE(check_password(verifier, wrong)) << wrong;
}

TEST_F(Password, SamePasswordTwiceSharesNothing) {
  const Verifier a = verifier_of("x"), b = verifier_of("x");
  EXPECT_NE(a.argon2, b.argon2);
  EXPECT_NE(a.scram_salt, b.scram_salt);
  EXPECT_NE(a.stored_key, b.stored_key);
}

TEST_F(Password, AnUnreadableVerifierLetsNobodyIn) {
  for (const std::string_view argon2 : {"", "x", "$argon2id$v=19$m=8,t=1,p=1$"})
    EXPECT_FALSE(check_password({.argon2 = std::string(argon2)}, "x"));
}

TEST_F(Password, FormsOfTheSameCharacterAreOnePassword) {
  const Verifier verifier = verifier_of("caf\u00e9");
  EXPECT_TRUE(check_password(verifier, "cafe\u0301"));
  EXPECT_FALSE(check_password(verifier, "cafe"));
}

TEST_F(Password, WhatCannotBeAPassword) {
  for (const std::string_view text : {"", "a\tb", "a\nb", "\x7f", "\xff", "\u00ad", "\ufffd"})
    EXPECT_EQ(make_verifier(text, random_, kTestCost).error().code, Code::BadInput) << text;
  EXPECT_FALSE(make_verifier(std::string(kPasswordBytesMax + 1, 'x'), random_, kTestCost));
  EXPECT_TRUE(make_verifier(std::string(kPasswordBytesMax, 'x'), random_, kTestCost));
}

TEST_F(Password, NeedsANewVerifierWhenTheCostRises) {
  const Verifier verifier = verifier_of("x");
  EXPECT_FALSE(needs_new_verifier(verifier, kTestCost));
  EXPECT_TRUE(needs_new_verifier(verifier, Cost{}));
}

TEST_F(Password, DefaultCostIsAffordable) {
  const auto verifier = make_verifier("x", random_);
  EXPECT_TRUE(check_password(verifier.value(), "x"));
  waste_password_check("x");
  EXPECT_TRUE(verifier->argon2.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << verifier->argon2;
}

// RFC 4013 §3, and more
TEST(Saslprep, Table) {
  struct Case {
    std::string_view text, prepared;
  };
  const Case cases[] = {
      {"user", "user"}, {"USER", "USER"},    {"I\u00adX", "IX"},         {"\u00aa", "a"},
      {"\u2168", "IX"}, {"a\u00a0b", "a b"}, {"pass word", "pass word"}, {"\U0001f600", "\U0001f600"}};
  for (const auto& [text, prepared] : cases) EXPECT_EQ(saslprep(text).value(), prepared) << text;
  EXPECT_FALSE(saslprep("\u0007"));
  EXPECT_FALSE(saslprep("\u0627\u0031"));  // right to left, and does not end so
}

TEST(Saslprep, TheLongestExpansionFits) {
  std::string text;
  while (text.size() + 3 <= kPasswordBytesMax) text += "\uFDFA";
  EXPECT_TRUE(saslprep(text));
}

}  // namespace
}  // namespace paraph::crypto
