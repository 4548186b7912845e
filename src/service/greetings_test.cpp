#include "service/greetings.h"

#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/check.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Two seconds for each hundred frames.
std::string amr(char fill, int frames = 100) {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < frames; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

std::string base64(const std::string& octets) { return mime::encode_base64(octets); }

/// As a telephone uploads it: one part, and fields of its own only.
std::string bare(const std::string& voice, const std::string& kind = "voice-signature") {
  return "X-CNS-Greeting-Type: " + kind + "\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64(voice);
}

/// As others do: beside a text.
std::string multipart(const std::string& voice, const std::string& kind = "voice-signature") {
  return "Date: Wed, 2 Jul 2025 09:30:00 +0200\r\nSubject: greeting\r\nX-CNS-Greeting-Type: " + kind +
         "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: "
         "text/plain\r\n\r\nmy name\r\n--b1\r\nContent-Type: audio/AMR; name=message.amr\r\n"
         "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"message.amr\"\r\n\r\n" +
         base64(voice) + "\r\n--b1--\r\n";
}

struct GreetingsTest : testing::Test, World {
  GreetingsTest() {
    make_accounts();
    greetings_box = box(alice, "GREETINGS").id;
  }

  Task<Result<Appended>> append(const std::string& octets, mail::Flags with) {
    Target target{.account = alice, .mailbox = greetings_box, .flags = std::move(with), .internal_date = kTestTime};
    return greetings.append(message(octets), std::move(target));
  }
  Uid upload(const std::string& octets, bool on = true) {
    return done(append(octets, on ? keyword() : mail::Flags())).uid;
  }
  static mail::Flags keyword() { return flags({}, {std::string(kGreetingOnKeyword)}); }
  Task<Result<FlagsStored>> store(Uid uid, mail::FlagChange change, mail::Flags with = keyword()) {
    return greetings.store_flags(alice, greetings_box, {uid}, change, std::move(with));
  }
  void switch_on(Uid uid) { done(store(uid, mail::FlagChange::Add)); }
  void switch_off(Uid uid) { done(store(uid, mail::FlagChange::Remove)); }
  void remove(Uid uid) {
    done(store(uid, mail::FlagChange::Add, flags({mail::Flag::Deleted})));
    done(greetings.expunge(alice, greetings_box, std::nullopt));
  }
  std::vector<std::string> keywords(Uid uid) {
    return done(mailboxes.entries_of(greetings_box, {uid})).front().flags.keywords;
  }
  /// The fill of the recording that is in the signature, or '-'.
  char voice() {
    const auto signature = done(signatures.current(alice));
    if (signature.voice.empty()) return '-';
    for (const char fill : {'a', 'b', 'c'}) {
      if (signature.voice.front().blob == crypto::sha256(amr(fill))) return fill;
    }
    return '?';
  }
  std::vector<std::string> findings() {
    std::vector<std::string> texts;
    done(check_store(World::store, Repair::No, [&](const Finding& finding) { texts.push_back(finding.text); }));
    return texts;
  }

  media::none::NoneMedia media;
  Signatures signatures{World::store, media, clock, limits, &mailboxes};
  Policies policies{World::store};
  Greetings greetings{World::store, mailboxes, signatures, policies, limits};
  MailboxId greetings_box;
};

TEST_F(GreetingsTest, AVoiceSignatureIsTheVoiceFromItsUploadToItsDeletion) {
  done(signatures.set(alice, "alice@example.org", {.text = "Alice"}));
  for (const auto& octets : {bare(amr('a')), multipart(amr('a')), multipart(amr('a'), "Voice-Signature")}) {
    const Uid uid = upload(octets);
    EXPECT_EQ(voice(), 'a') << octets;
    EXPECT_EQ(done(signatures.current(alice)).text, "Alice");
    EXPECT_EQ(done(signatures.current(alice)).owner, "alice@example.org");
    EXPECT_EQ(this->octets(greetings_box, uid), octets);
    EXPECT_THAT(findings(), IsEmpty());
    remove(uid);
    EXPECT_EQ(voice(), '-');
    EXPECT_EQ(done(signatures.current(alice)).text, "Alice");
    EXPECT_EQ(memory.blob_bytes(), 0u);
  }
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(GreetingsTest, OtherGreetingsAreMessagesLikeAnyOther) {
  const auto without_kind = bare(amr('a')).substr(bare(amr('a')).find("Content-Type"));
  for (const auto& octets : {bare(amr('a'), "normal-greeting"), bare(amr('a'), "busy-greeting"), without_kind,
                             std::string("Subject: x\r\n\r\nno recording\r\n")}) {
    const Uid uid = upload(octets);
    EXPECT_EQ(voice(), '-') << octets;
    EXPECT_THAT(keywords(uid), ElementsAre(std::string(kGreetingOnKeyword)));
  }
  const Uid signature = upload(bare(amr('a')));
  const Uid greeting = upload(bare(amr('b'), "normal-greeting"));
  remove(greeting);
  EXPECT_EQ(voice(), 'a');
  EXPECT_THAT(keywords(signature), ElementsAre(std::string(kGreetingOnKeyword)));
}

TEST_F(GreetingsTest, TheKeywordMayComeLaterAndGoAndComeBack) {
  const Uid uid = upload(bare(amr('a')), false);
  EXPECT_EQ(voice(), '-');
  switch_on(uid);
  EXPECT_EQ(voice(), 'a');
  switch_off(uid);
  EXPECT_EQ(voice(), '-');
  done(store(uid, mail::FlagChange::Replace, flags({mail::Flag::Seen}, {"$cns-greeting-on"})));
  EXPECT_EQ(voice(), 'a');
  done(store(uid, mail::FlagChange::Replace, flags({mail::Flag::Seen})));
  EXPECT_EQ(voice(), '-');
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(GreetingsTest, OneIsOn) {
  const Uid first = upload(bare(amr('a')));
  const Uid second = upload(bare(amr('b')));
  EXPECT_EQ(voice(), 'b');
  EXPECT_THAT(keywords(first), IsEmpty());
  remove(first);
  EXPECT_EQ(voice(), 'b');
  const Uid third = upload(bare(amr('c')), false);
  done(greetings.store_flags(alice, greetings_box, {second, third}, mail::FlagChange::Add, keyword()));
  EXPECT_EQ(voice(), 'c');
  EXPECT_THAT(keywords(second), IsEmpty());
  EXPECT_THAT(keywords(third), SizeIs(1));
  switch_on(second);
  EXPECT_EQ(voice(), 'b');
  EXPECT_THAT(keywords(third), IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(GreetingsTest, AVoiceThatCameAnotherWayIsLeftAlone) {
  const Uid uid = upload(bare(amr('a')));
  done(signatures.set(alice, "alice@example.org", {.voice = amr('b')}));
  switch_off(uid);
  EXPECT_EQ(voice(), 'b');
  switch_on(uid);
  EXPECT_EQ(voice(), 'a');
  done(signatures.set(alice, "alice@example.org", {.voice = amr('a')}));  // the same recording, from somewhere else
  remove(uid);
  EXPECT_EQ(voice(), 'a');
}

TEST_F(GreetingsTest, AVoiceThatComesAnotherWaySwitchesTheGreetingOff) {
  const auto is_on = [&](Uid uid) { return !keywords(uid).empty(); };
  const Uid uid = upload(bare(amr('a')));
  done(signatures.set(alice, "alice@example.org", {.text = "Alice"}));
  EXPECT_TRUE(is_on(uid)) << "the voice is still this one";
  done(signatures.set(alice, "alice@example.org", {.voice = amr('b')}));
  EXPECT_FALSE(is_on(uid));
  switch_on(uid);
  done(signatures.restore(alice, 1));  // with the same voice, out of the same message
  EXPECT_TRUE(is_on(uid));
  done(signatures.restore(alice, 3));
  EXPECT_EQ(voice(), 'b');
  EXPECT_FALSE(is_on(uid));
  switch_on(uid);
  done(signatures.set(alice, "alice@example.org", {.voice = ""}));
  EXPECT_FALSE(is_on(uid));
  switch_on(uid);
  EXPECT_EQ(voice(), 'a');
  done(signatures.clear(alice));
  EXPECT_EQ(voice(), '-');
  EXPECT_FALSE(is_on(uid));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(GreetingsTest, ADeletedVoiceIsInNoOlderRevision) {
  done(signatures.set(alice, "alice@example.org", {.text = "Alice"}));
  const Uid uid = upload(bare(amr('a')));
  done(signatures.set(alice, "alice@example.org", {.text = "Alice, extension 42"}));
  remove(uid);
  for (const auto& revision : done(signatures.history(alice))) {
    EXPECT_EQ(revision.kept, !revision.current && revision.kinds == "text") << revision.number;
  }
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(GreetingsTest, WhatCannotBeUsedIsNotStored) {
  limits.signature_voice_seconds_max = 3;
  for (const auto& octets : {bare(amr('a', 1000)), bare("no audio"), multipart(""),
                             std::string("X-CNS-Greeting-Type: voice-signature\r\n\r\n"
                                         "no recording\r\n"),
                             bare(std::string(300'000, 'x'))}) {
    EXPECT_EQ(code_of(append(octets, {})), Code::Unsupported);
    EXPECT_EQ(code_of(append(octets, keyword())), Code::Unsupported);
  }
  EXPECT_THAT(uids(greetings_box), IsEmpty());
  EXPECT_EQ(memory.blob_bytes(), 0u);
  limits.signature_voice_seconds_max = 15;
  const Uid uid = upload(bare(amr('a', 500)), false);
  limits.signature_voice_seconds_max = 3;
  EXPECT_EQ(code_of(store(uid, mail::FlagChange::Add)), Code::Unsupported);
  EXPECT_THAT(keywords(uid), IsEmpty());
  EXPECT_EQ(voice(), '-');
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(GreetingsTest, ARecordingMayBeAsLargeAsAnyUpload) {
  limits.signature_upload_bytes_max = 5'000;
  EXPECT_EQ(code_of(append(bare(amr('a', 200)), keyword())), Code::Unsupported) << "6,406 octets";
  limits.signature_upload_bytes_max = 10'000;
  EXPECT_EQ(code_of(append(bare(amr('a', 200)), keyword())), std::nullopt);
}

TEST_F(GreetingsTest, ARecordingInAMessageInsideIsNotTheUsers) {
  const std::string inside = bare(amr('a')).substr(bare(amr('a')).find("Content-Type"));
  EXPECT_EQ(code_of(append("X-CNS-Greeting-Type: voice-signature\r\nMIME-Version: 1.0\r\nContent-Type: "
                           "message/rfc822\r\n\r\nMIME-Version: 1.0\r\n" +
                               inside,
                           keyword())),
            Code::Unsupported);
}

TEST_F(GreetingsTest, APolicyKeepsWhatIsSwitchedOff) {
  done(policies.set("example.org", std::nullopt, {{"greeting-off-suspends", "off"}}));
  const Uid uid = upload(bare(amr('a')));
  switch_off(uid);
  EXPECT_EQ(voice(), 'a');
  remove(uid);
  EXPECT_EQ(voice(), '-');
}

TEST_F(GreetingsTest, TheMailboxStays) {
  EXPECT_EQ(code_of(mailboxes.remove(alice, "greetings")), Code::Denied);
  EXPECT_EQ(code_of(mailboxes.rename(alice, "GREETINGS", "x")), Code::Denied);
  EXPECT_EQ(code_of(mailboxes.create(alice, "GREETINGS", mail::SpecialUse::None)), Code::Exists);
  upload(bare(amr('a')));
  done(accounts.remove("alice@example.org"));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_THAT(findings(), IsEmpty());
}

}  // namespace
}  // namespace paraph::service
