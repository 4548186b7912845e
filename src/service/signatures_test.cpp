#include "service/signatures.h"

#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/testing.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string amr(char fill) {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < 100; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

struct SignaturesTest : testing::Test, World {
  SignaturesTest() { make_accounts(); }
  mail::Signature set(SignatureChange change) {
    return done(signatures.set(alice, "alice@example.org", std::move(change)));
  }
  source::Acquired acquired() { return done(local.acquire("Alice@example.org")); }
  media::none::NoneMedia media;
  Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
};

TEST_F(SignaturesTest, WhatIsNotNamedStays) {
  set({.text = "Alice", .voice = amr('a')});
  const auto second = set({.text = "Alice, extension 42"});
  EXPECT_EQ(second.number, 2u);
  ASSERT_THAT(second.voice, SizeIs(1));
  EXPECT_EQ(second.voice[0].blob, crypto::sha256(amr('a')));
  EXPECT_EQ(second.voice[0].duration, 2u);
  EXPECT_THAT(set({.voice = ""}).voice, IsEmpty());
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(SignaturesTest, TheSameAgainIsNoNewRevision) {
  const auto first = set({.text = "Alice", .voice = amr('a')});
  EXPECT_EQ(set({.text = "Alice", .voice = amr('a')}), first);
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
}

TEST_F(SignaturesTest, OldRevisionsAreRememberedByHashesOnly) {
  for (int i = 0; i < 25; ++i) set({.text = "Alice " + std::to_string(i), .voice = amr(static_cast<char>('a' + i))});
  const auto head = done(signatures.head(alice));
  EXPECT_EQ(head.current, 25u);
  ASSERT_THAT(head.past, SizeIs(20));
  EXPECT_EQ(head.past[0].media, std::vector{crypto::sha256(amr('x'))});
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
}

TEST_F(SignaturesTest, ClearedIsEmptyAndNumbersGoOn) {
  const auto first = set({.text = "Alice"});
  done(signatures.clear(alice));
  EXPECT_TRUE(done(signatures.current(alice)).empty());
  EXPECT_EQ(done(signatures.head(alice)).past[0].revision, first.revision);
  EXPECT_EQ(set({.text = "Alice"}).number, 3u);
  EXPECT_THAT(done(signatures.head(alice)).past, IsEmpty());  // the same revision is current again
}

TEST_F(SignaturesTest, Refuses) {
  const auto code = [&](SignatureChange change) {
    return code_of(signatures.set(alice, "alice@example.org", std::move(change)));
  };
  EXPECT_EQ(code({.voice = "no audio"}), Code::Unsupported);
  EXPECT_EQ(code({.image = amr('a')}), Code::Unsupported);
  EXPECT_EQ(code({.text = "\xFF"}), Code::BadInput);
  EXPECT_EQ(code({.text = std::string(5000, 'x')}), Code::TooLarge);
  EXPECT_EQ(code_of(signatures.set(AccountId{99}, "x@example.org", {.text = "x"})), Code::NotFound);
  EXPECT_TRUE(done(signatures.current(alice)).empty());
}

TEST_F(SignaturesTest, TheLocalSourceGivesWhatIsCurrent) {
  EXPECT_TRUE(acquired().signature.empty());
  EXPECT_EQ(code_of(local.acquire("nobody@example.org")), Code::NotFound);
  EXPECT_EQ(code_of(local.acquire("")), Code::NotFound);
  set({.text = "one"});
  set({.text = "two"});
  EXPECT_EQ(acquired().signature.text, "two");
  EXPECT_THAT(acquired().past, SizeIs(1));
  done(accounts.set_signature_on(alice, false));
  EXPECT_TRUE(acquired().signature.empty());
}

}  // namespace
}  // namespace paraph::service
