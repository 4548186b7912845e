#include "service/mailboxes.h"

#include <gmock/gmock.h>

#include "service/testing.h"

namespace paraph::service {
namespace {

using mail::Flag;
using mail::FlagChange;
using testing::ElementsAre;
using testing::IsEmpty;

struct MailboxesTest : testing::Test, World {
  MailboxesTest() { make_accounts(); }
  std::vector<Target> to(std::vector<std::pair<AccountId, MailboxId>> places) {
    std::vector<Target> targets;
    for (const auto& [account, mailbox] : places)
      targets.push_back({.account = account, .mailbox = mailbox, .internal_date = kTestTime});
    return targets;
  }
  std::vector<std::string> names(AccountId account) {
    std::vector<std::string> all;
    for (const auto& one : done(mailboxes.list(account))) all.push_back(one.name);
    return all;
  }
  mail::Mailbox now(MailboxId mailbox) { return done(mailboxes.load(alice, mailbox)); }
  void mark_deleted(std::vector<Uid> uids) {
    done(mailboxes.store_flags(alice, inbox, std::move(uids), FlagChange::Add, flags({Flag::Deleted})));
  }
};

TEST_F(MailboxesTest, AppendCountsAndGivesTheOctetsBack) {
  const std::string small = "Subject: a\r\n\r\none\r\n";
  EXPECT_EQ(put(alice, inbox, small), Uid{1});
  EXPECT_EQ(put(alice, inbox, audio_message(5000), flags({Flag::Seen})), Uid{2});
  EXPECT_EQ(octets(inbox, Uid{1}), small);
  EXPECT_EQ(octets(inbox, Uid{2}), audio_message(5000));
  const auto after = now(inbox);
  EXPECT_EQ(after.messages, 2u);
  EXPECT_EQ(after.unseen, 1u);
  EXPECT_EQ(after.bytes, small.size() + audio_message(5000).size());
  EXPECT_EQ(after.uid_next, Uid{3});
  EXPECT_EQ(after.highest_modseq, ModSeq{3});
}

TEST_F(MailboxesTest, OneBodyServesAllTargets) {
  std::vector<std::pair<AccountId, MailboxId>> places;
  for (int i = 0; i < 50; ++i) {
    const auto id = done(accounts.add({.address = "u" + std::to_string(i) + "@example.org"}));
    places.emplace_back(id, box(id, "INBOX").id);
  }
  const auto before = memory.counters().batches;
  const auto appended = done(mailboxes.append(message(audio_message(50'000)), to(places)));
  EXPECT_EQ(appended.size(), 50u);
  EXPECT_EQ(memory.counters().batches - before, 2u);  // one takes a block of numbers
  EXPECT_EQ(memory.blob_bytes(), 50'000u);
  EXPECT_EQ(octets(places[49].second, Uid{1}), audio_message(50'000));
}

TEST_F(MailboxesTest, OneMailboxMayBeTwoTargets) {
  const auto appended = done(mailboxes.append(message("a: b\r\n\r\n"), to({{alice, inbox}, {alice, inbox}})));
  EXPECT_EQ(appended[0].uid, Uid{1});
  EXPECT_EQ(appended[1].uid, Uid{2});
}

TEST_F(MailboxesTest, AppendToNowhereIsNotFoundAndKeepsNothing) {
  EXPECT_EQ(code_of(mailboxes.append(message(audio_message(9000)), to({{alice, inbox}, {alice, MailboxId{999}}}))),
            Code::NotFound);
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_THAT(uids(inbox), IsEmpty());
}

TEST_F(MailboxesTest, QuotaIsCheckedBeforeAnythingIsPut) {
  done(accounts.set_quota(alice, 0, 2));
  put(alice, inbox);
  put(alice, trash);
  EXPECT_EQ(code_of(mailboxes.append(message("a: b\r\n\r\n"), to({{bob, box(bob, "INBOX").id}, {alice, inbox}}))),
            Code::OverQuota);
  EXPECT_EQ(box(bob, "INBOX").messages, 0u);
  EXPECT_EQ(code_of(mailboxes.copy(alice, inbox, {Uid{1}}, trash)), Code::OverQuota);
  EXPECT_EQ(done(mailboxes.move(alice, inbox, {Uid{1}}, trash)).uids.size(), 1u);
  const auto quota = done(mailboxes.quota(alice));
  EXPECT_EQ(quota.messages, 2u);
  EXPECT_EQ(quota.messages_max, 2u);
}

TEST_F(MailboxesTest, FlagsRaiseTheModseqOfWhatChangesOnly) {
  put(alice, inbox);
  put(alice, inbox);
  const auto stored = done(mailboxes.store_flags(alice, inbox, {Uid{1}, Uid{2}, Uid{7}}, FlagChange::Add,
                                                 flags({Flag::Seen}, {"$Play", "$play"})));
  ASSERT_EQ(stored.entries.size(), 2u);
  EXPECT_EQ(stored.entries[0].modseq, ModSeq{4});
  EXPECT_EQ(stored.entries[1].modseq, ModSeq{5});
  EXPECT_EQ(stored.entries[0].flags.keywords.size(), 1u);
  const auto again = done(mailboxes.store_flags(alice, inbox, {Uid{1}}, FlagChange::Add, flags({Flag::Seen})));
  EXPECT_EQ(again.entries[0].modseq, ModSeq{4});
  EXPECT_EQ(now(inbox).unseen, 0u);
  EXPECT_EQ(now(inbox).highest_modseq, ModSeq{5});
}

TEST_F(MailboxesTest, UnchangedSinceLeavesNewerEntriesAlone) {
  put(alice, inbox);
  put(alice, inbox);
  const auto stored = done(
      mailboxes.store_flags(alice, inbox, {Uid{1}, Uid{2}}, FlagChange::Replace, flags({Flag::Flagged}), ModSeq{2}));
  ASSERT_EQ(stored.entries.size(), 1u);
  EXPECT_EQ(stored.entries[0].uid, Uid{1});
}

TEST_F(MailboxesTest, ExpungeTakesTheDeletedOnlyAndTheirBodies) {
  put(alice, inbox, audio_message(6000, 'a'));
  put(alice, inbox, audio_message(6000, 'b'));
  put(alice, inbox, audio_message(6000, 'c'));
  mark_deleted({Uid{1}, Uid{3}});
  EXPECT_THAT(done(mailboxes.expunge(alice, inbox, std::vector{Uid{1}, Uid{2}})), ElementsAre(Uid{1}));
  EXPECT_THAT(done(mailboxes.expunge(alice, inbox, std::nullopt)), ElementsAre(Uid{3}));
  EXPECT_THAT(uids(inbox), ElementsAre(2u));
  EXPECT_EQ(memory.blob_bytes(), 6000u);
  EXPECT_EQ(now(inbox).messages, 1u);
  EXPECT_EQ(now(inbox).tombstones, 2u);
}

TEST_F(MailboxesTest, ACopyKeepsTheBodyUntilTheLastOneGoes) {
  put(alice, inbox, audio_message(6000), flags({Flag::Seen}, {"$Voice"}));
  const auto copied = done(mailboxes.copy(alice, inbox, {Uid{1}}, trash));
  ASSERT_EQ(copied.uids.size(), 1u);
  EXPECT_EQ(copied.uid_validity, now(trash).uid_validity);
  mark_deleted({Uid{1}});
  done(mailboxes.expunge(alice, inbox, std::nullopt));
  EXPECT_EQ(octets(trash, copied.uids[0].second), audio_message(6000));
  EXPECT_EQ(done(mailboxes.quota(alice)).messages, 1u);
  done(mailboxes.store_flags(alice, trash, {Uid{1}}, FlagChange::Add, flags({Flag::Deleted})));
  done(mailboxes.expunge(alice, trash, std::nullopt));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_EQ(done(mailboxes.quota(alice)).bytes, 0u);
}

TEST_F(MailboxesTest, MoveKeepsFlagsDateAndBody) {
  put(alice, inbox, audio_message(6000), flags({Flag::Flagged}, {"$Voice"}));
  const auto moved = done(mailboxes.move(alice, inbox, {Uid{1}, Uid{5}}, trash));
  EXPECT_THAT(moved.uids, ElementsAre(std::pair(Uid{1}, Uid{1})));
  const auto entry = done(mailboxes.entries_of(trash, {Uid{1}})).front();
  EXPECT_EQ(entry.flags, flags({Flag::Flagged}, {"$Voice"}));
  EXPECT_EQ(entry.internal_date, kTestTime);
  EXPECT_THAT(uids(inbox), IsEmpty());
  EXPECT_THAT(done(mailboxes.changes(alice, inbox, ModSeq{1})).expunged, ElementsAre(Uid{1}));
}

TEST_F(MailboxesTest, MoveWithinAMailboxGivesNewUids) {
  put(alice, inbox);
  put(alice, inbox);
  done(mailboxes.move(alice, inbox, {Uid{1}}, inbox));
  EXPECT_THAT(uids(inbox), ElementsAre(2u, 3u));
  done(mailboxes.copy(alice, inbox, {Uid{2}, Uid{3}}, inbox));
  EXPECT_THAT(uids(inbox), ElementsAre(2u, 3u, 4u, 5u));
  EXPECT_EQ(now(inbox).messages, 4u);
}

TEST_F(MailboxesTest, CopyToNowhereIsNotFound) {
  put(alice, inbox);
  EXPECT_EQ(code_of(mailboxes.copy(alice, inbox, {Uid{1}}, MailboxId{999})), Code::NotFound);
  EXPECT_EQ(code_of(mailboxes.move(alice, inbox, {Uid{1}}, box(bob, "INBOX").id)), Code::NotFound);
}

TEST_F(MailboxesTest, ThousandsAreCopiedInBatches) {
  for (int i = 0; i < 1100; ++i) put(alice, inbox);
  std::vector<Uid> all;
  for (std::uint32_t i = 1; i <= 1100; ++i) all.push_back(Uid{i});
  EXPECT_EQ(done(mailboxes.copy(alice, inbox, all, trash)).uids.size(), 1100u);
  mark_deleted(all);
  EXPECT_EQ(done(mailboxes.expunge(alice, inbox, std::nullopt)).size(), 1100u);
  EXPECT_EQ(now(trash).messages, 1100u);
}

TEST_F(MailboxesTest, RecentIsTakenOnce) {
  put(alice, inbox);
  put(alice, inbox);
  EXPECT_EQ(done(mailboxes.take_recent(alice, inbox)), Uid{1});
  EXPECT_EQ(done(mailboxes.take_recent(alice, inbox)), Uid{3});
  put(alice, inbox);
  EXPECT_EQ(done(mailboxes.take_recent(alice, inbox)), Uid{3});
}

// --- changes

TEST_F(MailboxesTest, ChangesTellEachEntryOnceWithItsNewestState) {
  put(alice, inbox);
  put(alice, inbox);
  put(alice, inbox);
  const auto since = now(inbox).highest_modseq;
  EXPECT_THAT(done(mailboxes.changes(alice, inbox, since)).changed, IsEmpty());
  done(mailboxes.store_flags(alice, inbox, {Uid{2}}, FlagChange::Add, flags({Flag::Seen})));
  done(mailboxes.store_flags(alice, inbox, {Uid{2}}, FlagChange::Add, flags({Flag::Flagged})));
  mark_deleted({Uid{1}});
  done(mailboxes.expunge(alice, inbox, std::nullopt));
  put(alice, inbox);
  const auto changes = done(mailboxes.changes(alice, inbox, since));
  ASSERT_EQ(changes.changed.size(), 2u);
  EXPECT_EQ(changes.changed[0].uid, Uid{2});
  EXPECT_EQ(changes.changed[0].flags, flags({Flag::Seen, Flag::Flagged}));
  EXPECT_EQ(changes.changed[1].uid, Uid{4});
  EXPECT_THAT(changes.expunged, ElementsAre(Uid{1}));
  EXPECT_TRUE(changes.expunged_known);
  EXPECT_EQ(changes.highest_modseq, now(inbox).highest_modseq);
}

TEST(MailboxesTombstones, PastTheBoundTheOldestAreForgottenAndSaidSo) {
  Limits limits;
  limits.tombstones_max = 10;
  World world(nullptr, limits);
  world.make_accounts();
  const auto expunge_one = [&] {
    const Uid uid = world.put(world.alice, world.inbox, "a: b\r\n\r\n", flags({Flag::Deleted}));
    done(world.mailboxes.expunge(world.alice, world.inbox, std::vector{uid}));
  };
  world.put(world.alice, world.inbox);
  const auto start = world.box(world.alice, "INBOX").highest_modseq;
  for (int i = 0; i < 10; ++i) expunge_one();
  EXPECT_TRUE(done(world.mailboxes.changes(world.alice, world.inbox, start)).expunged_known);
  for (int i = 0; i < 20; ++i) expunge_one();
  EXPECT_LE(world.box(world.alice, "INBOX").tombstones, 10u);
  const auto changes = done(world.mailboxes.changes(world.alice, world.inbox, start));
  EXPECT_FALSE(changes.expunged_known);
  EXPECT_LE(changes.expunged.size(), 10u);
  const auto all = done(world.mailboxes.changes(world.alice, world.inbox, ModSeq{0}));
  EXPECT_EQ(all.changed.size(), 1u);  // what lives is always told
}

// --- the list

TEST_F(MailboxesTest, AnAccountBeginsWithItsMailboxes) {
  EXPECT_THAT(names(alice), ElementsAre("INBOX", "Drafts", "Greetings", "Junk", "Sent", "Trash"));
  EXPECT_EQ(done(mailboxes.find_special(alice, mail::SpecialUse::Junk)).name, "Junk");
  EXPECT_EQ(box(alice, "inbox").name, "INBOX");
}

TEST_F(MailboxesTest, CreateMakesParentsAndChecksNames) {
  EXPECT_EQ(done(mailboxes.create(alice, "work/2026/calls", mail::SpecialUse::None)).name, "work/2026/calls");
  EXPECT_EQ(done(mailboxes.create(alice, "inBox/old/", mail::SpecialUse::None)).name, "INBOX/old");
  EXPECT_THAT(names(alice), testing::IsSupersetOf({"work", "work/2026", "INBOX/old"}));
  EXPECT_EQ(code_of(mailboxes.create(alice, "work", mail::SpecialUse::None)), Code::Exists);
  for (const char* bad : {"", "/", "a//b", "/a", "a*", "a\x01", "\xFF"}) {
    EXPECT_EQ(code_of(mailboxes.create(alice, bad, mail::SpecialUse::None)), Code::BadInput) << bad;
  }
  EXPECT_EQ(code_of(mailboxes.create(AccountId{99}, "x", mail::SpecialUse::None)), Code::NotFound);
}

TEST_F(MailboxesTest, CreateStopsAtTheLimit) {
  limits.mailboxes_max = 7;
  done(mailboxes.create(alice, "one", mail::SpecialUse::None));
  EXPECT_EQ(code_of(mailboxes.create(alice, "two", mail::SpecialUse::None)), Code::TooLarge);
}

TEST_F(MailboxesTest, ARemovedMailboxIsGoneWithItsMessagesAndComesBackWithANewUidValidity) {
  const auto old = done(mailboxes.create(alice, "x", mail::SpecialUse::None));
  done(mailboxes.create(alice, "x/child", mail::SpecialUse::None));
  for (int i = 0; i < 600; ++i) put(alice, old.id);
  put(alice, old.id, audio_message(6000));
  done(mailboxes.store_flags(alice, old.id, {Uid{1}}, FlagChange::Add, flags({Flag::Deleted})));
  done(mailboxes.expunge(alice, old.id, std::nullopt));
  done(mailboxes.remove(alice, "x"));
  EXPECT_EQ(code_of(mailboxes.find(alice, "x")), Code::NotFound);
  EXPECT_EQ(code_of(mailboxes.append(message("a: b\r\n\r\n"), to({{alice, old.id}}))), Code::NotFound);
  EXPECT_THAT(names(alice), testing::Contains("x/child"));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  EXPECT_EQ(done(mailboxes.quota(alice)).messages, 0u);
  EXPECT_GT(done(mailboxes.create(alice, "x", mail::SpecialUse::None)).uid_validity, old.uid_validity);
}

TEST_F(MailboxesTest, InboxStays) { EXPECT_EQ(code_of(mailboxes.remove(alice, "Inbox")), Code::Denied); }

TEST_F(MailboxesTest, RenameTakesTheChildrenAlong) {
  const auto id = done(mailboxes.create(alice, "a", mail::SpecialUse::None)).id;
  done(mailboxes.create(alice, "a/b", mail::SpecialUse::None));
  done(mailboxes.create(alice, "ab", mail::SpecialUse::None));
  put(alice, id);
  done(mailboxes.rename(alice, "a", "new/place"));
  EXPECT_EQ(box(alice, "new/place").id, id);
  EXPECT_EQ(box(alice, "new/place").messages, 1u);
  EXPECT_THAT(names(alice), testing::IsSupersetOf({"new", "new/place/b", "ab"}));
  EXPECT_EQ(code_of(mailboxes.find(alice, "a")), Code::NotFound);
  EXPECT_EQ(put(alice, id), Uid{2});
}

TEST_F(MailboxesTest, RenameRefuses) {
  done(mailboxes.create(alice, "a/x", mail::SpecialUse::None));
  done(mailboxes.create(alice, "b/x", mail::SpecialUse::None));
  done(mailboxes.remove(alice, "b"));
  EXPECT_EQ(code_of(mailboxes.rename(alice, "a", "b")), Code::Exists);  // b/x is taken
  EXPECT_EQ(code_of(mailboxes.rename(alice, "a", "Trash")), Code::Exists);
  EXPECT_EQ(code_of(mailboxes.rename(alice, "zzz", "b2")), Code::NotFound);
  EXPECT_EQ(code_of(mailboxes.rename(alice, "a", "a/b")), Code::BadInput);
  EXPECT_EQ(code_of(mailboxes.rename(alice, "a", "a//b")), Code::BadInput);
}

TEST_F(MailboxesTest, RenameUpwardsPastItsOwnOldName) {
  done(mailboxes.create(alice, "a/b/b", mail::SpecialUse::None));
  done(mailboxes.remove(alice, "a"));
  done(mailboxes.rename(alice, "a/b", "a"));
  EXPECT_THAT(names(alice), testing::IsSupersetOf({"a", "a/b"}));
  EXPECT_EQ(code_of(mailboxes.find(alice, "a/b/b")), Code::NotFound);
}

TEST_F(MailboxesTest, RenamingInboxMovesItsMessages) {
  put(alice, inbox);
  put(alice, inbox);
  done(mailboxes.rename(alice, "INBOX", "old"));
  EXPECT_EQ(box(alice, "old").messages, 2u);
  EXPECT_EQ(box(alice, "INBOX").messages, 0u);
  EXPECT_EQ(box(alice, "INBOX").id, inbox);
}

TEST_F(MailboxesTest, SubscriptionIsKept) {
  done(mailboxes.set_subscribed(alice, "Trash", false));
  EXPECT_FALSE(box(alice, "Trash").subscribed);
  EXPECT_EQ(code_of(mailboxes.set_subscribed(alice, "none", true)), Code::NotFound);
}

}  // namespace
}  // namespace paraph::service
