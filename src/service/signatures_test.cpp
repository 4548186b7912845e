#include "service/signatures.h"

#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/check.h"
#include "service/testing.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
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
  std::vector<std::string> findings() {
    std::vector<std::string> texts;
    done(check_store(store, Repair::No, [&](const Finding& finding) { texts.push_back(finding.text); }));
    return texts;
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

/// Makes two small files of whatever comes, as an importer does of a large one; both are alike.
class Shrinking final : public media::Media {
 public:
  Task<Result<media::Voice>> import_voice(media::Upload upload, media::Limits limits) override {
    EXPECT_LE(limits.bytes_max, mail::kBlobBytesMax);
    media::Voice voice;
    for (const auto* type : {"audio/mpeg", "audio/wav"})
      voice.variants.push_back(
          {.octets = std::to_string(upload.octets.size()), .media_type = type, .extension = "x", .milliseconds = 1});
    co_return voice;
  }
  Task<Result<media::File>> import_picture(media::Upload, media::Limits) override {
    co_return media::File{.octets = "seen", .media_type = "image/png", .extension = "png", .width = 1, .height = 1};
  }
};

TEST_F(SignaturesTest, WhatWasUploadedIsKeptInAsManyBlobsAsItTakes) {
  Shrinking shrinking;
  limits.signature_voice_bytes_max = 1 << 20;
  Signatures large{store, shrinking, clock, limits};
  for (const std::uint64_t bytes :
       {std::uint64_t{1}, mail::kBlobBytesMax, mail::kBlobBytesMax + 1, std::uint64_t{3'000'000}}) {
    // No two pieces are alike, nor those of the voice and of the picture.
    std::string voice(bytes, 'v'), image(bytes, 'i');
    for (std::size_t at = 0; at < bytes; at += 1'000) voice[at] = image[at] = static_cast<char>('a' + at / 1'000 % 26);
    const auto next = done(large.set(alice, "alice@example.org", {.voice = voice, .image = image}));
    for (const auto& [original, sent] : {std::pair{next.voice_original, voice}, {next.image_original, image}}) {
      ASSERT_TRUE(original);
      EXPECT_EQ(original->bytes, bytes);
      EXPECT_EQ(original->media_type, "application/octet-stream");
      EXPECT_THAT(original->blobs, SizeIs((bytes + mail::kBlobBytesMax - 1) / mail::kBlobBytesMax));
      std::string octets;
      for (const auto& blob : original->blobs)
        octets += done(store.read_blob(blob, 0, std::min(bytes - octets.size(), mail::kBlobBytesMax)));
      EXPECT_EQ(octets, sent);
    }
    EXPECT_THAT(findings(), IsEmpty());
  }
  done(large.clear(alice));
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(SignaturesTest, AnOriginalOfEqualPiecesIsOneBlob) {
  Shrinking shrinking;
  Signatures large{store, shrinking, clock, limits};
  const std::string zeros(2 * mail::kBlobBytesMax, '\0');
  const auto next = done(large.set(alice, "alice@example.org", {.voice = zeros, .image = zeros}));
  ASSERT_TRUE(next.voice_original);
  EXPECT_THAT(next.voice_original->blobs, SizeIs(2));
  EXPECT_EQ(next.image_original->blobs, next.voice_original->blobs);
  EXPECT_LT(memory.blob_bytes(), mail::kBlobBytesMax + 100);
  EXPECT_THAT(findings(), IsEmpty());
  done(large.clear(alice));
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(SignaturesTest, TheSameAgainIsNoNewRevision) {
  const auto first = set({.text = "Alice", .voice = amr('a')});
  EXPECT_EQ(set({.text = "Alice", .voice = amr('a')}), first);
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
}

TEST_F(SignaturesTest, OldRevisionsAreRememberedByHashes) {
  for (int i = 0; i < 25; ++i) set({.text = "Alice " + std::to_string(i), .voice = amr(static_cast<char>('a' + i))});
  const auto head = done(signatures.head(alice));
  EXPECT_EQ(head.current, 25u);
  ASSERT_THAT(head.past, SizeIs(20));
  EXPECT_EQ(head.past[0].media, std::vector{crypto::sha256(amr('x'))});
  EXPECT_THAT(head.kept, ElementsAre(24u, 23u, 22u, 21u, 20u));
  EXPECT_EQ(memory.blob_bytes(), 6 * amr('a').size());
}

TEST_F(SignaturesTest, TheHistoryIsNewestFirst) {
  EXPECT_THAT(done(signatures.history(alice)), IsEmpty());
  const auto first = set({.text = "Alice", .voice = amr('a')});
  clock.advance(std::chrono::hours(1));
  const auto made = std::chrono::floor<std::chrono::seconds>(clock.now());
  const auto second = set({.text = "Alice, extension 42"});
  const auto history = done(signatures.history(alice));
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_TRUE(history[0].current);
  EXPECT_EQ(history[0].number, 2u);
  EXPECT_EQ(history[0].revision, second.revision);
  EXPECT_EQ(history[0].created, made);
  EXPECT_EQ(history[1].number, 1u);
  EXPECT_EQ(history[1].revision, first.revision);
  EXPECT_EQ(history[1].created, made - std::chrono::hours(1));
  EXPECT_EQ(history[1].kinds, "text:voice");
  EXPECT_TRUE(history[1].kept);
}

TEST_F(SignaturesTest, AnOlderRevisionComesBackAsANewOne) {
  const auto first = set({.text = "Alice", .voice = amr('a')});
  set({.text = "Alice, extension 42", .voice = amr('b')});
  const auto back = done(signatures.restore(alice, 1));
  EXPECT_EQ(back.number, 3u);
  EXPECT_EQ(back.revision, first.revision);
  EXPECT_EQ(back.voice, first.voice);
  EXPECT_EQ(done(signatures.current(alice)), back);
  EXPECT_THAT(done(signatures.head(alice)).kept, ElementsAre(2u));
  EXPECT_EQ(memory.blob_bytes(), 2 * amr('a').size());
  EXPECT_EQ(done(signatures.restore(alice, 3)), back);
  EXPECT_EQ(done(signatures.restore(alice, 2)).voice[0].blob, crypto::sha256(amr('b')));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SignaturesTest, OnlyWhatIsKeptComesBack) {
  for (int i = 1; i <= 7; ++i) set({.text = "Alice " + std::to_string(i)});
  EXPECT_EQ(code_of(signatures.restore(alice, 1)), Code::NotFound);
  EXPECT_EQ(code_of(signatures.restore(alice, 8)), Code::NotFound);
  EXPECT_EQ(code_of(signatures.restore(alice, 0)), Code::NotFound);
  EXPECT_EQ(done(signatures.restore(alice, 2)).text, "Alice 2");
}

TEST_F(SignaturesTest, AVoiceThatIsTakenAwayIsNowhereAnyMore) {
  set({.text = "Alice"});
  set({.voice = amr('a')});
  set({.voice = amr('b')});
  set({.voice = ""});
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_THAT(done(signatures.head(alice)).past, SizeIs(2));  // the first one is current again
  EXPECT_THAT(done(signatures.head(alice)).kept, IsEmpty());
  EXPECT_EQ(code_of(signatures.restore(alice, 2)), Code::NotFound);
}

TEST_F(SignaturesTest, GoingBackToARevisionWithoutAVoiceKeepsThoseWithOne) {
  set({.text = "Alice"});
  set({.voice = amr('a')});
  done(signatures.restore(alice, 1));
  EXPECT_EQ(done(signatures.restore(alice, 2)).voice[0].blob, crypto::sha256(amr('a')));
}

TEST_F(SignaturesTest, WhatIsClearedOrRemovedLeavesNoMedia) {
  set({.text = "Alice", .voice = amr('a')});
  set({.voice = amr('b')});
  done(signatures.clear(alice));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_EQ(code_of(signatures.restore(alice, 1)), Code::NotFound);
  set({.voice = amr('a')});
  set({.voice = amr('b')});
  EXPECT_THAT(findings(), IsEmpty());
  done(accounts.remove("alice@example.org"));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_THAT(findings(), IsEmpty());
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
