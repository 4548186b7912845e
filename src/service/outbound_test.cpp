#include "service/outbound.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "dkim/testing.h"
#include "media/none/none_media.h"
#include "record/keys.h"
#include "service/check.h"
#include "service/deposit.h"
#include "service/dkim_keys.h"
#include "service/queue_items.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "service/trace.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const char* const kText =
    "From: Alice <alice@example.org>\r\nTo: carol@example.net\r\nBcc: dave@example.net\r\nSubject: hi\r\n"
    "Message-ID: <1@example.org>\r\n\r\nhello\r\n";

struct OutboundTest : testing::Test, World {
  OutboundTest() {
    make_accounts();
    policy.server_name = "vm.example.org";
    make_deposit();
  }
  void make_deposit() {
    deposit.emplace(store, accounts, mailboxes, acquirer, random, clock, limits, policy, nullptr, nullptr, &outbound);
  }
  Transaction from_alice(const std::vector<std::string>& to) {
    Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                            .reverse_path = {"alice", "example.org"},
                            .received_from = "client.example (192.0.2.1)",
                            .protocol = "ESMTPSA"};
    for (const auto& address : to) {
      const auto at = address.find('@');
      transaction.recipients.push_back({{address.substr(0, at), address.substr(at + 1)}});
    }
    return transaction;
  }
  Deposit::Outcome submit(const std::vector<std::string>& to, std::string_view octets = kText) {
    return done(deposit->submit(from_alice(to), message(octets)));
  }
  std::vector<ItemRow> items() { return done(queue.list("", "", 1000)).items; }
  std::string octets_of(MessageId id) {
    const auto found = done(messages.load(id));
    return done(messages.read_all(found, {0, found->structure.size}, 1 << 20));
  }
  std::string plain_of(MessageId id) {
    const auto found = done(messages.load(id));
    auto plain = std::make_shared<record::StoredMessage>();
    plain->rope = mail::rope_of(found->plain, found->rope).value();
    plain->structure.size = plain->rope.wire_bytes();
    return done(messages.read_all(plain, {0, plain->structure.size}, 1 << 20));
  }
  std::size_t own_bytes(MessageId id) {
    std::size_t bytes = 0;
    for (const auto& run : done(messages.load(id))->plain) bytes += run.own.octets.size();
    return bytes;
  }
  std::size_t rows() { return done(store.scan({.entries_max = 100'000})).size(); }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    done(check_store(store, Repair::No, [&](const Finding& f) { found.push_back(f.name + ": " + f.text); }));
    return found;
  }
  static Task<Result<crypto::SigningKey>> make_key(crypto::KeyKind kind) { co_return dkim::test_key(kind); }
  static void expect_dkim_passes(std::string octets, DkimKeys& keys) {
    if (octets.starts_with("Return-Path")) octets.erase(0, octets.find("\r\n") + 2);
    dkim::TestRecords records;
    for (const auto& key : done(keys.list("")))
      records[key.selector + "._domainkey." + key.domain] = dkim::format_key_record(key.key).value();
    const auto outcomes = dkim::verify_all(dkim::test_message(octets), records);
    EXPECT_THAT(outcomes, SizeIs(2));
    for (const auto& outcome : outcomes) EXPECT_EQ(outcome.verdict, dkim::Verdict::Pass) << outcome.reason;
  }
  std::optional<std::string> value(const std::string& key) { return done(store.get(key)); }

  crypto::SeededRandom random{1};
  media::none::NoneMedia media;
  Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  DepositPolicy policy;
  Outbound outbound{store, nullptr, &messages};
  QueueItems queue{store, random, clock};
  std::optional<Deposit> deposit;
};

TEST_F(OutboundTest, OnlyWhoIsAskedForMayBeSentElsewhere) {
  EXPECT_EQ(code_of(deposit->check_recipient({"carol", "example.net"}, Relaying::Yes)), std::nullopt);
  EXPECT_EQ(code_of(deposit->check_recipient({"carol", "example.net"})), Code::Denied);
  EXPECT_EQ(code_of(deposit->check_recipient({"nobody", "example.org"}, Relaying::Yes)), Code::NotFound);
}

TEST_F(OutboundTest, AMessageFromElsewhereGoesNoFurther) {
  auto transaction = from_alice({"carol@example.net"});
  transaction.principal.reset();
  EXPECT_EQ(code_of(deposit->submit(std::move(transaction), message(kText))), Code::NotFound);
  EXPECT_THAT(items(), IsEmpty());
}

TEST_F(OutboundTest, AnItemHoldsWhatTheNextServerIsTold) {
  auto transaction = from_alice({"Carol@Example.NET"});
  transaction.options = {.body = mail::Body::EightBitMime, .ret = mail::Return::Headers, .envid = "e1"};
  transaction.recipients[0].notify = mail::Notify{.success = true};
  transaction.recipients[0].original = "rfc822;carol@example.net";
  const auto outcome = done(deposit->submit(transaction, message(kText)));
  ASSERT_THAT(outcome.deliveries, SizeIs(1));
  EXPECT_TRUE(outcome.deliveries[0] && !outcome.deliveries[0]->mailbox);
  const auto found = items();
  ASSERT_THAT(found, SizeIs(1));
  const auto& item = found[0].item;
  EXPECT_EQ(item.destination, "example.net");
  EXPECT_EQ(item.reverse_path.text(), "alice@example.org");
  EXPECT_EQ(item.options, transaction.options);
  ASSERT_THAT(item.recipients, SizeIs(1));
  EXPECT_EQ(item.recipients[0].recipient, transaction.recipients[0]);
  EXPECT_EQ(item.arrived, kTestTime);
  EXPECT_EQ(item.due, kTestTime);
  EXPECT_EQ(item.message_id, "<1@example.org>");
  EXPECT_TRUE(value(record::bell_key(0, "example.net")));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, WhatLeavesHasNeitherReturnPathNorBcc) {
  submit({"carol@example.net"});
  const auto item = items().front().item;
  const auto octets = octets_of(item.message).substr(item.skip);
  EXPECT_THAT(octets, StartsWith("Paraph-Signature: "));
  EXPECT_THAT(octets, HasSubstr("\r\nReceived: from client.example"));
  EXPECT_THAT(octets, Not(HasSubstr("Return-Path")));
  EXPECT_THAT(octets, Not(HasSubstr("dave")));
  EXPECT_THAT(octets, HasSubstr("hello"));
  EXPECT_THAT(done(messages.load(item.message))->plain, IsEmpty()) << "nothing was attached";
}

TEST_F(OutboundTest, LocalRecipientsAndSentAreInTheSameCommit) {
  const auto before = store.counters().batches;
  submit({"bob@example.org", "carol@example.net"});
  const auto numbers = 3;  // blocks of ids: "message", "mailbox" is not needed, "item"
  EXPECT_LE(store.counters().batches - before, 1u + numbers);
  EXPECT_EQ(box(bob, "INBOX").messages, 1u);
  EXPECT_EQ(box(alice, "Sent").messages, 1u);
  const auto sent = done(mailboxes.entries(box(alice, "Sent").id)).front();
  EXPECT_EQ(items().front().item.message, sent.message);
  EXPECT_EQ(value(record::message_uses_key(sent.message)), "3");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, ASignedMessageSaysWhatItWasBefore) {
  done(signatures.set(alice, "alice@example.org", {.text = "Alice, extension 42"}));
  submit({"carol@example.net"});
  const auto row = items().front();
  EXPECT_THAT(octets_of(row.item.message), HasSubstr("extension 42"));
  const auto plain = plain_of(row.item.message);
  EXPECT_THAT(plain, StartsWith("Received: "));
  EXPECT_THAT(plain, Not(AnyOf(HasSubstr("extension 42"), HasSubstr("Paraph-Signature"), HasSubstr("dave"))));
  EXPECT_TRUE(plain.ends_with("\r\n\r\nhello\r\n")) << plain;
  EXPECT_LT(own_bytes(row.item.message), 100u);
  EXPECT_THAT(findings(), IsEmpty());
  done(queue.apply(row.id, QueueItems::Act::Drop));
  EXPECT_TRUE(value(record::message_key(row.item.message))) << "Sent shows it";
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, ASignatureCostsNoRows) {
  submit({"carol@example.net"});  // it takes blocks of ids
  std::vector<std::size_t> added;
  for (const std::string text : {"", "Alice, extension 42"}) {
    if (!text.empty()) done(signatures.set(alice, "alice@example.org", {.text = text}));
    const auto before = rows();
    submit({"carol@example.net"});
    added.push_back(rows() - before);
  }
  EXPECT_EQ(added[0], added[1]);
  EXPECT_THAT(done(messages.load(items().back().item.message))->plain, Not(IsEmpty()));
}

/// The body is a blob of its own, and another one once it is signed.
TEST_F(OutboundTest, ABlobOfThePlainFormAloneIsKeptWithTheSignedOne) {
  policy.save_sent = false;
  make_deposit();
  done(signatures.set(alice, "alice@example.org", {.text = "Alice, extension 42"}));
  std::string lines;
  while (lines.size() < 20'000) lines += "a line of a long letter, with \xE4 in it and no name for that\r\n";
  submit({"carol@example.net"},
         "From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
         "Content-Transfer-Encoding: 8bit\r\n\r\n" +
             lines);
  const auto row = items().front();
  const auto kept = done(messages.load(row.item.message));
  auto signed_only = *kept;
  signed_only.plain.clear();
  EXPECT_GT(blobs_of(*kept).size(), blobs_of(signed_only).size());
  EXPECT_TRUE(plain_of(row.item.message).ends_with("\r\n\r\n" + lines));
  EXPECT_THAT(findings(), IsEmpty());
  done(queue.apply(row.id, QueueItems::Act::Drop));
  for (const auto& blob : blobs_of(*kept)) EXPECT_EQ(code_of(store.read_blob(blob, 0, 1)), Code::NotFound);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, CheckFindsAPlainFormThatCannotHaveBeen) {
  done(signatures.set(alice, "alice@example.org",
                      {.text = "Alice, extension 42", .voice = "#!AMR\n" + std::string(960, '<')}));
  submit({"carol@example.net"});
  const auto id = items().front().item.message;
  auto damaged = *done(messages.load(id));
  const auto& segments = damaged.rope.segments;
  ASSERT_GT(segments.size(), 1u);
  const auto voice = segments[0].wire_bytes();
  damaged.plain = {{.same = {0, voice + 1}, .own = {}}};
  store::Batch batch;
  batch.writes.push_back({record::message_key(id), record::format_message(damaged)});
  done(store.commit(std::move(batch)));
  EXPECT_THAT(findings(), ElementsAre(StartsWith("message.plain: ")));
}

TEST_F(OutboundTest, ServersElsewhereGetTheKindsForThem) {
  done(signatures.set(alice, "alice@example.org", {.text = "Alice, extension 42"}));
  done(deposit->policies().set("example.org", std::nullopt, {{"external-kinds", "none"}}));
  submit({"bob@example.org", "carol@example.net"});
  const auto item = items().front().item;
  EXPECT_THAT(octets_of(item.message), Not(HasSubstr("extension 42")));
  const auto sent = done(mailboxes.entries(box(alice, "Sent").id)).front();
  EXPECT_NE(item.message, sent.message);
  EXPECT_THAT(octets_of(sent.message), HasSubstr("extension 42"));
  EXPECT_EQ(value(record::message_uses_key(item.message)), std::nullopt) << "one";
  EXPECT_THAT(findings(), IsEmpty());
}

/// Keeps a recording in three formats.
struct ThreeFormats final : media::Media {
  Task<Result<media::Voice>> import_voice(media::Upload, media::Limits) override {
    media::Voice voice;
    for (const char* type : {"audio/mpeg", "audio/32KADPCM", "audio/AMR"})
      voice.variants.push_back(
          {.octets = std::string(600, type[6]), .media_type = type, .extension = "snd", .milliseconds = 2000});
    co_return voice;
  }
  Task<Result<media::File>> import_picture(media::Upload, media::Limits) override {
    co_return fail(Code::Unsupported, "no pictures");
  }
};

/// The signatures of fields (b=) are chance, which spells any word once in a while.
std::string without_signatures(std::string octets) {
  for (auto at = octets.find("b="); at != octets.npos; at = octets.find("b=", at + 2)) {
    auto end = octets.find("\r\n", at);
    while (end != octets.npos && octets.compare(end + 2, 1, " ") == 0) end = octets.find("\r\n", end + 2);
    const bool is_tag = at != 0 && octets[at - 1] == ' ';
    if (is_tag && end != octets.npos) octets.erase(at + 2, end - at - 2);
  }
  return octets;
}

TEST_F(OutboundTest, Item65RecipientsOfManyClassesGetAFormEach) {
  ThreeFormats formats;
  Signatures other{store, formats, clock, limits};
  done(other.set(alice, "alice@example.org", {.text = "Alice, extension 42", .voice = "spoken"}));
  DkimKeys keys(store, clock, make_key);
  done(keys.create("example.org"));
  const auto dave = done(accounts.add({.address = "dave@example.org"}));
  done(deposit->policies().set("example.org", dave, {{"class", "vvm"}}));
  done(deposit->policies().set_recipient("vpim.example", {{"class", "vpim"}}));
  done(deposit->policies().set_recipient("frank@example.net", {{"class", "vpim"}}));
  const std::vector<std::string> to{"bob@example.org", "dave@example.org", "carol@example.net", "frank@example.net",
                                    "erin@vpim.example"};
  submit(to,
         "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nBcc: dave@example.org, carol@example.net,\r\n"
         " erin@vpim.example, frank@example.net\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
         "Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n");
  std::map<std::string, MessageId> of;
  for (const auto& row : items()) {
    ASSERT_THAT(row.item.recipients, SizeIs(1)) << "classes share no item";
    of[row.item.recipients[0].recipient.address.text()] = row.item.message;
  }
  ASSERT_THAT(of, SizeIs(3));
  of["bob@example.org"] = done(mailboxes.entries(box(bob, "INBOX").id)).front().message;
  of["dave@example.org"] = done(mailboxes.entries(box(dave, "INBOX").id)).front().message;
  EXPECT_EQ(of["frank@example.net"], of["erin@vpim.example"]);
  EXPECT_EQ(of["bob@example.org"], of["carol@example.net"]);
  std::set<MessageId> forms;
  for (const auto& [address, id] : of) forms.insert(id);
  EXPECT_THAT(forms, SizeIs(3));
  for (const auto id : forms) {
    const auto octets = octets_of(id);
    EXPECT_THAT(octets, HasSubstr("Message-ID: <1@example.org>"));
    const auto words = without_signatures(octets);
    for (const std::string_view hidden : {"dave", "carol", "erin", "frank", "Bcc", "vvm"})
      EXPECT_THAT(words, Not(HasSubstr(hidden)));
    expect_dkim_passes(octets, keys);
  }
  const auto vpim = octets_of(of["erin@vpim.example"]), internet = octets_of(of["carol@example.net"]);
  EXPECT_THAT(vpim, AllOf(HasSubstr("Content-Type: multipart/voice-message"), HasSubstr("Originator-Spoken-Name"),
                          HasSubstr("m=voice;"), Not(HasSubstr("extension 42")), Not(HasSubstr("text/plain"))));
  EXPECT_THAT(internet, AllOf(HasSubstr("multipart/mixed"), HasSubstr("extension 42"), HasSubstr("m=text:html:voice;"),
                              Not(HasSubstr("vpim"))));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, AThousandRecipientsAreTenItemsForADomain) {
  std::vector<std::string> to{"x0@example.net"};
  for (int i = 0; i < 1000; ++i) to.push_back(fmt::format("x{}@example.net", i));
  to.push_back("y@example.com");
  submit(to);
  const auto found = items();
  ASSERT_THAT(found, SizeIs(11));
  EXPECT_EQ(found[0].item.destination, "example.com");
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_THAT(found[i].item.recipients, SizeIs(kItemRecipientsMax));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, AnItemThatAloneUsesItsMessageSaysSo) {
  policy.save_sent = false;
  make_deposit();
  submit({"carol@example.net"});
  submit({"carol@example.net", "dave@example.com"});  // two items use one message
  submit({"carol@example.net", "bob@example.org"});   // and so does an entry
  policy.save_sent = true;
  make_deposit();
  submit({"carol@example.net"});
  std::set<std::uint64_t> all, alone;
  for (const auto& row : items()) {
    all.insert(row.id.value);
    if (row.item.alone) alone.insert(row.id.value);
  }
  EXPECT_THAT(all, SizeIs(5));
  EXPECT_THAT(alone, ElementsAre(*all.begin())) << "the first one";
  EXPECT_THAT(findings(), IsEmpty());
  for (const auto& row : items()) done(queue.apply(row.id, QueueItems::Act::Drop));
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(box(bob, "INBOX").messages, 1u);
  EXPECT_EQ(box(alice, "Sent").messages, 1u);
}

TEST_F(OutboundTest, AnItemThatWouldTakeAlongWhatOthersUseIsFound) {
  submit({"carol@example.net"});
  auto row = items().front();
  const auto octets = record::format_queued(row.item);
  row.item.alone = true;
  store::Batch damage;
  damage.writes.push_back({record::queued_key(row.id.value), record::format_queued(row.item)});
  done(store.commit(std::move(damage)));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("queue.alone")));
  done(check_store(store, Repair::Yes, [](const Finding&) {}));
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(value(record::queued_key(row.id.value)), octets);
}

TEST_F(OutboundTest, OfTwoItemsOfOneMessageNoneTakesItAlong) {
  policy.save_sent = false;
  make_deposit();
  submit({"carol@example.net", "dave@example.com"});
  for (auto row : items()) {
    row.item.alone = true;
    store::Batch damage;
    damage.writes.push_back({record::queued_key(row.id.value), record::format_queued(row.item)});
    done(store.commit(std::move(damage)));
  }
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("queue.alone"), HasSubstr("queue.alone")));
  done(check_store(store, Repair::Yes, [](const Finding&) {}));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, WhatTheQueueFindsInMemoryIsWhatIsStored) {
  done(signatures.set(alice, "alice@example.org", {.text = "Alice, extension 42"}));
  submit({"carol@example.net", "dave@example.com"});
  for (const auto& row : items()) {
    const auto known = messages.find_known(row.item.message);
    ASSERT_TRUE(known);
    EXPECT_FALSE(known->plain.empty());
    EXPECT_EQ(*known, record::parse_message(*value(record::message_key(row.item.message))).value());
  }
}

TEST_F(OutboundTest, WithoutASentCopyTheQueueAloneKeepsTheMessage) {
  policy.save_sent = false;
  make_deposit();
  submit({"carol@example.net"});
  const auto row = items().front();
  EXPECT_EQ(value(record::message_uses_key(row.item.message)), std::nullopt) << "one";
  const auto traced = done(trace_message(store, mailboxes, "1@example.org"));
  ASSERT_THAT(traced, SizeIs(1));
  EXPECT_THAT(traced[0].places, IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
  done(queue.apply(row.id, QueueItems::Act::Drop));
  EXPECT_FALSE(value(record::message_key(row.item.message)));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(OutboundTest, CheckPutsTheRowsOfAnItemRight) {
  submit({"carol@example.net"});
  const auto row = items().front();
  const auto waiting = record::waiting_key("example.net", queue_seconds(kTestTime), row.id.value);
  store::Batch damage;
  damage.writes = {{waiting, std::nullopt},
                   {record::bell_key(0, "example.net"), std::nullopt},
                   {record::waiting_key("gone.example", 5, row.id.value), ""},
                   {record::waiting_key("example.com", 5, row.id.value), ""}};
  done(store.commit(std::move(damage)));
  std::vector<std::string> names;
  done(check_store(store, Repair::Yes, [&](const Finding& f) { names.push_back(f.name + (f.repaired ? "*" : "")); }));
  EXPECT_THAT(names, ElementsAre("queue.missing*", "queue.bell*", "queue.dangling*", "queue.dangling*"));
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_TRUE(value(waiting));
}

}  // namespace
}  // namespace paraph::service
