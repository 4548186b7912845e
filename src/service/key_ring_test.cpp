#include "service/key_ring.h"

#include <gmock/gmock.h>

#include "record/keys.h"
#include "service/server_key.h"
#include "service/testing.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
using testing::Key;

struct KeyRingTest : testing::Test {
  KeyRing again() { return KeyRing(memory, random, clock); }

  store::memory::MemoryStore memory;
  crypto::SeededRandom random{1};
  FakeClock clock{kTestTime};
  KeyRing ring{memory, random, clock};
};

TEST_F(KeyRingTest, TheKeyOfAnOlderServerSigns) {
  const auto secret = done(load_server_key(memory, random, "k1"));
  const auto key = done(ring.active());
  EXPECT_EQ(key.id, "k1");
  EXPECT_EQ(key.secret, secret);
}

TEST_F(KeyRingTest, ARetiredKeyVerifiesForThirtyDays) {
  const auto first = done(ring.active());
  EXPECT_EQ(done(ring.rotate()).id, "k2");
  EXPECT_EQ(done(ring.active()).id, "k2");
  EXPECT_NE(done(ring.active()).secret, first.secret);
  EXPECT_EQ(done(ring.verifying())["k1"], first.secret);
  clock.advance(KeyRing::kVerifiesFor - std::chrono::seconds(1));
  EXPECT_THAT(done(ring.verifying()), ElementsAre(Key("k1"), Key("k2")));
  clock.advance(std::chrono::seconds(1));
  EXPECT_THAT(done(ring.verifying()), ElementsAre(Key("k2")));
}

TEST_F(KeyRingTest, WhatNoLongerVerifiesIsForgottenWithTheNextRotation) {
  done(ring.active());
  done(ring.rotate());
  clock.advance(KeyRing::kVerifiesFor);
  done(ring.rotate());
  std::vector<std::string> ids;
  for (const auto& key : done(ring.list())) ids.push_back(key.id);
  EXPECT_THAT(ids, ElementsAre("k2", "k3"));
  EXPECT_FALSE(done(memory.get(record::server_key_key("k1"))).has_value());
}

TEST_F(KeyRingTest, ARestartFindsTheSameKeys) {
  done(ring.active());
  done(ring.rotate());
  auto later = again();
  EXPECT_EQ(done(later.list()), done(ring.list()));
  EXPECT_EQ(done(later.active()).secret, done(ring.active()).secret);
  EXPECT_EQ(done(later.verifying()), done(ring.verifying()));
}

TEST_F(KeyRingTest, AKeyWithoutItsSecretIsDamage) {
  done(ring.rotate());
  store::Batch batch;
  batch.writes.push_back({record::server_key_key("k2"), std::nullopt});
  done(memory.commit(std::move(batch)));
  auto later = again();
  EXPECT_EQ(code_of(later.active()), Code::Corrupt);
}

TEST_F(KeyRingTest, ARotationIsWholeOrNotThere) {
  for (const auto effect : {store::Flaky::Effect::None, store::Flaky::Effect::Applied}) {
    for (std::uint64_t n = 1; n <= 6; ++n) {
      store::memory::MemoryStore under;
      store::Flaky flaky(under);
      KeyRing shaky(flaky, random, clock);
      done(shaky.active());
      flaky.fail_at(n, Code::Unavailable, effect);
      const bool went = run(shaky.rotate()).has_value();
      flaky.fail_at(0);
      const auto id = done(shaky.active()).id;
      if (went) {
        EXPECT_EQ(id, "k2");
      }
      if (!went && effect == store::Flaky::Effect::None) {
        EXPECT_EQ(id, "k1");
      }
      KeyRing later(under, random, clock);
      EXPECT_EQ(done(later.active()).id, id);
      EXPECT_EQ(done(later.verifying()), done(shaky.verifying()));
    }
  }
}

}  // namespace
}  // namespace paraph::service
