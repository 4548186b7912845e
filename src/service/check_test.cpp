#include "service/check.h"

#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "record/keys.h"
#include "service/message_uses.h"
#include "service/signatures.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct CheckTest : testing::Test, World {
  CheckTest() {
    make_accounts();
    put(alice, inbox, audio_message(6000, 'a'));
    put(alice, inbox, "Subject: two\r\n\r\n2\r\n", flags({mail::Flag::Seen}));
    put(alice, inbox, "Subject: three\r\n\r\n3\r\n", flags({mail::Flag::Deleted}));
    done(mailboxes.expunge(alice, inbox, std::nullopt));
    done(mailboxes.copy(alice, inbox, {Uid{1}}, trash));
    done(signatures.set(alice, "alice@example.org", {.text = "Alice"}));
  }
  std::vector<std::string> names(Repair repair = Repair::No) {
    std::vector<std::string> found;
    done(check_store(store, repair, [&](const Finding& finding) { found.push_back(finding.name); }));
    return found;
  }
  /// Writes octets past all services.
  void damage(std::string key, std::optional<std::string> value) {
    store::Batch batch;
    batch.writes.push_back({std::move(key), std::move(value)});
    done(store.commit(std::move(batch)));
  }
  std::string value(std::string key) { return done(store.get(std::move(key))).value(); }
  void damage_box(std::function<void(mail::Mailbox&)> change) {
    auto changed = box(alice, "INBOX");
    change(changed);
    damage(record::mailbox_key(alice, inbox), record::format_mailbox(changed, alice));
  }
  mail::Entry entry(std::uint32_t uid) { return done(mailboxes.entries_of(inbox, {Uid{uid}})).front(); }
  BlobId blob() { return blobs_of(*done(messages.load(entry(1).message))).front(); }

  /// Exactly `found` is found; a repair leaves `left`.
  void expect(std::vector<std::string> found, std::vector<std::string> left = {}) {
    EXPECT_THAT(names(), testing::UnorderedElementsAreArray(found));
    names(Repair::Yes);
    EXPECT_THAT(names(), testing::UnorderedElementsAreArray(left));
  }
  /// Exactly `found` is found, and repairing changes nothing.
  void expect_only_told(const std::vector<std::string>& found) { expect(found, found); }

  media::none::NoneMedia media;
  Signatures signatures{store, media, clock, limits};
};

TEST_F(CheckTest, AWholeStoreHasNoFindings) { EXPECT_THAT(names(), IsEmpty()); }

TEST_F(CheckTest, UnknownKeys) {
  damage("zebra", "x");
  damage(std::string("\x01", 1), "x");
  expect_only_told({"key.unknown", "key.unknown"});
}

TEST_F(CheckTest, UnreadableRecords) {
  const MessageId second = entry(2).message;
  damage(record::message_key(second), "\xFF\xFF garbage");
  expect_only_told({"record.unreadable"});
}

TEST_F(CheckTest, TlsPolicies) {
  const record::TlsPolicy policy{
      .id = "1", .mode = record::TlsPolicy::Mode::Enforce, .exchanges = {"mx.a.test"}, .fetched = {}, .until = {}};
  damage(record::tls_policy_key("a.test"), record::format_tls_policy(policy));
  EXPECT_THAT(names(), IsEmpty());
  damage(record::tls_policy_key("b.test"), "\xFF\xFF garbage");
  expect_only_told({"record.unreadable"});
}

/// A rope that is not as long as its structure says is no record at all.
TEST_F(CheckTest, ARopeOfAnotherLength) {
  auto message = *done(messages.load(entry(2).message));
  message.structure.size += 1;
  damage(record::message_key(entry(2).message), record::format_message(message));
  expect_only_told({"record.unreadable"});
}

TEST_F(CheckTest, WhileARecordCannotBeReadNoCountIsTouched) {
  damage(record::message_key(entry(1).message), "\xFF\xFF garbage");
  damage(record::message_uses_key(entry(2).message), "7");
  expect_only_told({"record.unreadable", "message.uses", "blob.references"});
  EXPECT_EQ(memory.blob_bytes(), 6000u);
}

TEST_F(CheckTest, UnreadableSmallRecords) {
  damage("Dexample.org", "\xFF");
  damage(record::counter_key("odd"), "x");
  expect_only_told({"record.unreadable", "record.unreadable"});
}

TEST_F(CheckTest, Addresses) {
  damage(record::address_key("alice@example.org"), std::nullopt);
  damage(record::address_key("ghost@example.org"), record::number_value(99));
  damage(record::address_key("other@example.org"), record::number_value(bob.value));
  expect({"address.missing", "address.dangling", "address.dangling"});
  EXPECT_EQ(done(accounts.find("alice@example.org")).id, alice);
}

TEST_F(CheckTest, AnAddressThatLeadsToAnotherAccountIsOnlyTold) {
  damage(record::address_key("alice@example.org"), record::number_value(bob.value));
  EXPECT_THAT(names(), UnorderedElementsAre("address.missing", "address.dangling"));
}

TEST_F(CheckTest, Names) {
  damage(record::mailbox_name_key(alice, "Trash"), std::nullopt);
  damage(record::mailbox_name_key(alice, "nowhere"), record::number_value(999));
  damage(record::mailbox_name_key(alice, "Second"), record::number_value(inbox.value));
  expect({"name.missing", "name.dangling", "name.dangling"});
  EXPECT_EQ(box(alice, "Trash").id, trash);
}

TEST_F(CheckTest, AMailboxOfNobody) {
  mail::Mailbox lost{.id = MailboxId{1}, .name = "lost"};
  damage(record::mailbox_key(AccountId{99}, MailboxId{1}), record::format_mailbox(lost, AccountId{99}));
  EXPECT_THAT(names(), Contains("mailbox.account"));
}

TEST_F(CheckTest, CountsOfAMailbox) {
  damage_box([](mail::Mailbox& b) { b.messages = 9, b.unseen = 9, b.bytes = 9, b.tombstones = 9; });
  expect({"mailbox.count", "mailbox.unseen", "mailbox.bytes", "mailbox.tombstones"});
  EXPECT_EQ(box(alice, "INBOX").messages, 2u);
}

TEST_F(CheckTest, UidNextAndModseqTooLow) {
  damage_box([](mail::Mailbox& b) { b.uid_next = Uid{2}, b.highest_modseq = ModSeq{1}; });
  expect({"mailbox.uid_next", "mailbox.modseq"});
  EXPECT_EQ(box(alice, "INBOX").uid_next, Uid{4});  // the expunged one counts too
}

TEST_F(CheckTest, AnEntryOfNoMailbox) {
  damage(record::entry_key(MailboxId{999}, Uid{1}), record::format_entry(entry(2)));
  EXPECT_THAT(names(), Contains("entry.mailbox"));
}

TEST_F(CheckTest, AnEntryWithoutMessage) {
  const MessageId second = entry(2).message;
  damage(record::message_key(second), std::nullopt);
  damage(record::message_uses_key(second), std::nullopt);
  EXPECT_THAT(names(), UnorderedElementsAre("entry.message"));
  names(Repair::Yes);
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_THAT(uids(inbox), testing::ElementsAre(1u));
  EXPECT_EQ(done(mailboxes.quota(alice)).messages, 2u);
  EXPECT_FALSE(done(mailboxes.changes(alice, inbox, ModSeq{2})).expunged_known);
}

TEST_F(CheckTest, AMessageWithoutEntries) {
  const auto lost = entry(2);
  damage(record::entry_key(inbox, Uid{2}), std::nullopt);
  damage(record::change_key(inbox, lost.modseq), std::nullopt);
  EXPECT_THAT(names(), UnorderedElementsAre("message.unused", "mailbox.count", "mailbox.bytes", "quota.bytes",
                                            "quota.messages"));
  names(Repair::Yes);
  EXPECT_THAT(names(), UnorderedElementsAre("message.unused"));  // lost mail is not thrown away
}

TEST_F(CheckTest, UsesOfAMessage) {
  damage(record::message_uses_key(entry(1).message), std::nullopt);
  damage(record::message_uses_key(entry(2).message), "3");
  damage(record::message_uses_key(MessageId{900}), "1");
  expect({"message.uses", "message.uses", "message.uses"});
  EXPECT_EQ(value(record::message_uses_key(entry(1).message)), "2");
  EXPECT_EQ(done(store.get(record::message_uses_key(entry(2).message))), std::nullopt);
}

TEST_F(CheckTest, TheChangeLog) {
  damage(record::change_key(inbox, entry(1).modseq), std::nullopt);
  damage(record::change_key(inbox, ModSeq{4}), record::format_change({.uid = Uid{2}}));
  expect({"change.missing", "change.extra"}, {});
}

TEST_F(CheckTest, AChangeOfNoMailbox) {
  damage(record::change_key(MailboxId{999}, ModSeq{4}), record::format_change({.uid = Uid{2}}));
  expect({"change.extra"});
}

TEST_F(CheckTest, Quotas) {
  damage(record::quota_bytes_key(alice), "1");
  damage(record::quota_messages_key(alice), std::nullopt);
  damage(record::quota_messages_key(bob), "3");
  expect({"quota.bytes", "quota.messages", "quota.messages"});
  EXPECT_EQ(done(mailboxes.quota(alice)).messages, 3u);
}

TEST_F(CheckTest, NumbersThatWouldBeGivenTwice) {
  damage(record::counter_key("message"), "1");
  expect({"number.low"});
}

TEST_F(CheckTest, Signatures) {
  damage(record::signature_key(alice, 1), std::nullopt);
  expect_only_told({"signature.missing"});
}

TEST_F(CheckTest, ARevisionThatNobodyNames) {
  damage(record::signature_head_key(alice), std::nullopt);
  expect({"signature.extra"});
}

TEST_F(CheckTest, ASignatureOfNobody) {
  damage(record::signature_head_key(AccountId{99}), record::format_signature_head({}));
  expect_only_told({"signature.account"});
}

TEST_F(CheckTest, References) {
  store::Batch batch;
  batch.retains.push_back(blob());
  done(store.commit(std::move(batch)));
  expect({"blob.references"});
}

TEST_F(CheckTest, ABlobThatNobodyNames) {
  store::Batch batch;
  batch.blobs.push_back({crypto::sha256("stray"), "stray"});
  batch.retains.push_back(crypto::sha256("stray"));
  done(store.commit(std::move(batch)));
  expect({"blob.references"});
  EXPECT_EQ(memory.blob_bytes(), 6000u);
}

TEST_F(CheckTest, ABlobThatVanished) {
  memory.damage_blob(blob(), std::nullopt);
  expect_only_told({"blob.missing", "message.blob"});
}

TEST_F(CheckTest, ABlobWithoutAnyTrace) {
  done(store.repair_blob(blob(), 0));
  expect_only_told({"message.blob"});
}

TEST_F(CheckTest, ABlobThatRotted) {
  memory.damage_blob(blob(), std::string(6000, 'z'));
  expect_only_told({"blob.hash"});
}

TEST_F(CheckTest, AnUploadUnderWayIsNoFinding) {
  Receiver receiver(store, clock, limits.message_bytes_max);
  const auto large = audio_message(700'000);
  done(receiver.feed(large));
  EXPECT_GT(memory.blob_bytes(), 6000u);
  EXPECT_THAT(names(), IsEmpty());
  run(receiver.abandon());
  EXPECT_EQ(memory.blob_bytes(), 6000u);
}

}  // namespace
}  // namespace paraph::service
