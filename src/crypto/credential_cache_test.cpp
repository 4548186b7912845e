#include "crypto/credential_cache.h"

#include <gtest/gtest.h>

namespace paraph::crypto {
namespace {

class Cache : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  FakeClock clock_{Time{}};
  CredentialCache cache_{clock_, random_, {.accounts_max = 3, .lifetime = std::chrono::minutes(10)}};
  Verifier verifier_{.argon2 = "$first"};
  Verifier changed_{.argon2 = "$second"};
};

TEST_F(Cache, KnowsOnlyWhatItWasTold) {
  EXPECT_FALSE(cache_.knows("alice", verifier_, "secret"));
  cache_.remember("alice", verifier_, "secret");
  EXPECT_TRUE(cache_.knows("alice", verifier_, "secret"));
  EXPECT_FALSE(cache_.knows("alice", verifier_, "Secret"));
  EXPECT_FALSE(cache_.knows("bob", verifier_, "secret"));
}

TEST_F(Cache, AChangedPasswordIsForgotten) {
  cache_.remember("alice", verifier_, "secret");
  EXPECT_FALSE(cache_.knows("alice", changed_, "secret"));
  cache_.remember("alice", changed_, "newer");
  EXPECT_TRUE(cache_.knows("alice", changed_, "newer"));
  EXPECT_FALSE(cache_.knows("alice", verifier_, "secret"));
}

TEST_F(Cache, EndsAfterItsLifetime) {
  cache_.remember("alice", verifier_, "secret");
  clock_.advance(std::chrono::seconds(599));
  EXPECT_TRUE(cache_.knows("alice", verifier_, "secret"));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(cache_.knows("alice", verifier_, "secret"));
}

TEST_F(Cache, DoesNotBelieveAClockThatWentBack) {
  cache_.remember("alice", verifier_, "secret");
  clock_.advance(std::chrono::seconds(-1));
  EXPECT_FALSE(cache_.knows("alice", verifier_, "secret"));
}

TEST_F(Cache, ForgetsWhenTold) {
  cache_.remember("alice", verifier_, "secret");
  cache_.forget("alice");
  cache_.forget("nobody");
  EXPECT_FALSE(cache_.knows("alice", verifier_, "secret"));
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(Cache, TheOldestGoesFirst) {
  for (const std::string_view account : {"a", "b", "c", "a", "d"}) cache_.remember(account, verifier_, "x");
  EXPECT_EQ(cache_.size(), 3u);
  EXPECT_FALSE(cache_.knows("b", verifier_, "x"));
  for (const std::string_view account : {"c", "a", "d"}) EXPECT_TRUE(cache_.knows(account, verifier_, "x"));
}

}  // namespace
}  // namespace paraph::crypto
