#include "service/refit.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "dkim/testing.h"
#include "media/none/none_media.h"
#include "mime/field.h"
#include "mime/scan.h"
#include "record/keys.h"
#include "service/check.h"
#include "service/deposit.h"
#include "service/dkim_keys.h"
#include "service/queue_items.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Some 73,000 octets, of many short lines.
std::string long_text() {
  std::string text =
      "From: Alice <alice@example.org>\r\nTo: carol@example.net\r\nSubject: long\r\nMessage-ID: <1@example.org>\r\n"
      "Content-Type: text/plain\r\n\r\n";
  for (int i = 0; i < 1000; ++i)
    text += fmt::format("{:>6} a line of a long letter, as long as the others are, no longer\r\n", i);
  return text;
}

struct RefitTest : testing::Test, World {
  RefitTest() {
    make_accounts();
    policy.server_name = "vm.example.org";
    make_deposit();
    done(keys.create("example.org"));
    std::string amr = "#!AMR\n";
    for (int i = 0; i < 150; ++i) amr += '\x3C' + std::string(31, 'v');
    const std::string text = "Alice, extension 42\n" + std::string(300, '.') + "\nthe end";
    done(signatures.set(alice, "alice@example.org", {.text = text, .voice = amr}));
  }
  void make_deposit() {
    deposit.emplace(store, accounts, mailboxes, acquirer, random, clock, limits, policy, nullptr, nullptr, &outbound);
  }
  static Task<Result<crypto::SigningKey>> make(crypto::KeyKind kind) { co_return dkim::test_key(kind); }

  record::Queued submit(std::string_view octets) {
    Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                            .reverse_path = {"alice", "example.org"},
                            .recipients = {{.address = {"carol", "example.net"}}},
                            .received_from = "client.example (192.0.2.1)",
                            .protocol = "ESMTPSA"};
    done(deposit->submit(std::move(transaction), message(octets)));
    return done(queue.list("", "", 10)).items.front().item;
  }
  std::string octets_of(MessageId id) {
    const auto found = done(messages.load(id));
    return done(messages.read_all(found, {0, found->structure.size}, 1 << 20));
  }
  ItemRow row() { return done(queue.list("", "", 10)).items.front(); }
  /// The item takes another form, as the queue does it.
  void take(NewMessage made) {
    made.more_uses = {1};
    const auto before = row();
    const auto along = [&](store::Batch& batch, const std::vector<mail::Entry>&) {
      return change(batch, before, made.ids.front());
    };
    done(mailboxes.append_or_keep(made, std::vector<Target>(), along));
  }
  Task<Result<void>> change(store::Batch& batch, const ItemRow& before, MessageId to) {
    auto after = before.item;
    after.message = to;
    after.skip = 0;
    UseEdits uses;
    change_item(batch, uses, before, after, clock.now(), "12345678");
    co_return co_await uses.apply(store, batch);
  }
  static mail::Rope plain_of(const MessagePtr& sent) { return mail::rope_of(sent->plain, sent->rope).value(); }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    done(check_store(store, Repair::No, [&](const Finding& f) { found.push_back(f.name + ": " + f.text); }));
    return found;
  }
  std::uint64_t bytes_of(MessageId id) { return done(messages.load(id))->structure.size; }
  /// What would leave, once it is kept.
  std::string octets_of(NewMessage made) {
    std::vector<Target> targets{{.account = bob, .mailbox = box(bob, "INBOX").id, .internal_date = kTestTime}};
    const auto at = done(mailboxes.append(std::move(made), std::move(targets))).front();
    return octets(at.mailbox, at.uid);
  }
  void expect_dkim_passes(const std::string& octets) {
    dkim::TestRecords records;
    for (const auto& key : done(keys.list("")))
      records[key.selector + "._domainkey." + key.domain] = dkim::format_key_record(key.key).value();
    const auto outcomes = dkim::verify_all(dkim::test_message(octets), records);
    EXPECT_THAT(outcomes, SizeIs(2));
    for (const auto& outcome : outcomes) EXPECT_EQ(outcome.verdict, dkim::Verdict::Pass) << outcome.reason;
  }

  crypto::SeededRandom random{1};
  media::none::NoneMedia media;
  Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  DkimKeys keys{store, clock, make};
  DepositPolicy policy;
  Outbound outbound{store};
  QueueItems queue{store, random, clock};
  std::optional<Deposit> deposit;
};

TEST_F(RefitTest, TheVoiceIsLeftOutForAServerThatTakesLess) {  // spec, checklist 47
  const auto item = submit(long_text());
  const auto was = octets_of(item.message);
  ASSERT_THAT(was, HasSubstr("Originator-Spoken-Name"));
  const auto size_max = was.size() - 3000;
  auto made = done(deposit->refit(item, {.size_max = size_max}));
  EXPECT_EQ(made.record.signature.kinds, "text");
  EXPECT_EQ(made.record.signature.reason, "size");
  EXPECT_EQ(made.record.signature.owner, "alice@example.org");
  const auto structure = made.record.structure;
  EXPECT_TRUE(made.header.starts_with("DKIM-Signature: "));
  EXPECT_EQ(made.header.size(), structure.root().header.size());
  const auto got = octets_of(std::move(made));
  EXPECT_LE(got.size(), size_max);
  EXPECT_EQ(structure.size, got.size());
  EXPECT_TRUE(structure.parts == mime::scan(got).parts);
  EXPECT_THAT(got, AllOf(HasSubstr("x=size"), HasSubstr("m=text;"), HasSubstr("Alice, extension 42"),
                         Not(HasSubstr("Originator-Spoken-Name")), Not(HasSubstr("Return-Path"))));
  for (const std::string_view once : {"Message-ID", "Received", "Paraph-Signature"})
    EXPECT_EQ(mime::count_fields(got, once), 1u) << once;
  EXPECT_EQ(structure.root().envelope->message_id, "<1@example.org>");
  expect_dkim_passes(got);
}

TEST_F(RefitTest, TheResultNeverExceedsWhatTheServerTakes) {
  const auto item = submit(long_text());
  const auto plain_bytes = plain_of(done(messages.load(item.message))).wire_bytes();
  const auto was_bytes = bytes_of(item.message);
  std::vector<std::string> kinds;
  for (auto size_max = was_bytes; size_max + 201 > plain_bytes; size_max -= 201) {
    const auto made = run(deposit->refit(item, {.size_max = size_max}));
    std::string one = "fails";
    if (made) {
      EXPECT_LE(made->record.rope.wire_bytes(), size_max);
      one = made->record.signature.kinds + " " + made->record.signature.how;
    } else {
      EXPECT_EQ(made.error().code, Code::Unsupported);
    }
    if (kinds.empty() || kinds.back() != one) kinds.push_back(one);
  }
  EXPECT_THAT(kinds, testing::ElementsAre("text:voice wrap", "text edit", "none header", "none untouched", "fails"));
}

/// A letter of many kinds of part, as a client without care sends it.
const std::string kEightBit =
    "From: Alice <alice@example.org>\r\nTo: carol@example.net\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Gr\xC3\xBC\xC3\x9F"
    "e aus der Ferne\r\n--x\r\nContent-Type: application/x\r\n\r\n\xFF\x80 8-bit, and not said\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
    "--x\r\n\r\nno field, \xE4 octet above 127\r\n"
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "\xE5\x8C\x97\xE4\xBA\xAC\xE5\x8C\x97\xE4\xBA\xAC\r\n"
    "--x\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Subject: inner\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n\xC3\xA4 in a letter inside\r\n--x--\r\n";

TEST_F(RefitTest, EightBitPartsAreEncodedForAServerOfSevenBits) {
  const auto item = submit(kEightBit);
  auto made = done(deposit->refit(item, {.seven_bit = true}));
  EXPECT_EQ(made.record.signature, done(messages.load(item.message))->signature);
  const auto structure = made.record.structure;
  const auto got = octets_of(std::move(made));
  EXPECT_TRUE(is_ascii(got));
  EXPECT_TRUE(structure.parts == mime::scan(got).parts);
  EXPECT_EQ(structure.size, got.size());
  EXPECT_THAT(got, AllOf(HasSubstr("Gr=C3=BC=C3=9Fe aus"), HasSubstr("\r\n\r\n/4AgOC1iaXQsIGFuZCBub3Qgc2FpZA==\r\n--x"),
                         HasSubstr("\r\n\r\nplain\r\n--x"), HasSubstr("no field, =E4 octet"),
                         HasSubstr("base64\r\n\r\n5YyX5Lqs5YyX5Lqs\r\n--x"), HasSubstr("\r\n\r\n=C3=A4 in a letter")));
  EXPECT_THAT(got, AllOf(HasSubstr("extension 42"), HasSubstr("m=text;"), Not(HasSubstr("8bit\r\n")),
                         Not(HasSubstr("Return-Path"))));
  EXPECT_EQ(mime::count_fields(got, "Paraph-Signature"), 1u);
  EXPECT_EQ(mime::count_fields(got, "Content-Transfer-Encoding"), 1u);
  expect_dkim_passes(got);
}

TEST_F(RefitTest, ALongPartUnderTheWrongLabelIsFoundOutAndEncoded) {
  const auto has_8bit = [](const mail::Rope& rope) {
    return std::ranges::any_of(rope.segments, &mail::Segment::has_8bit);
  };
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "no line says what it is\r\n";
  const auto with = [&](const std::string& label, const std::string& more) {
    return "From: Alice <alice@example.org>\r\nTo: carol@example.net\r\nMIME-Version: 1.0\r\n"
           "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
           "--x\r\nContent-Type: application/x\r\n" +
           label + "\r\n" + lines + more + lines + "\r\n--x--\r\n";
  };
  for (const std::string label : {"", "Content-Transfer-Encoding: 7bit\r\n"}) {
    const auto item = submit(with(label, "\xFF"));
    EXPECT_TRUE(has_8bit(done(messages.load(item.message))->rope));
    auto made = done(deposit->refit(item, {.seven_bit = true}));
    EXPECT_FALSE(has_8bit(made.record.rope));
    const auto got = octets_of(std::move(made));
    EXPECT_TRUE(is_ascii(got));
    EXPECT_THAT(
        got, AllOf(HasSubstr("Content-Transfer-Encoding: base64\r\n\r\nbm8gbGluZSBzYXlz"), HasSubstr("extension 42")));
    done(queue.apply(done(queue.list("", "", 10)).items.front().id, QueueItems::Act::Drop));
  }
  EXPECT_FALSE(has_8bit(done(messages.load(submit(with("", "")).message))->rope));
}

TEST_F(RefitTest, ASignatureStaysGenuineWhenItsPartsAreEncoded) {
  done(signatures.set(alice, "alice@example.org", {.text = "Älice, Nebenstelle 42", .voice = std::nullopt}));
  const auto item = submit(
      "From: alice@example.org\r\nTo: carol@example.net\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSch\xC3\xB6n\r\n");
  const auto got = octets_of(done(deposit->refit(item, {.seven_bit = true})));
  EXPECT_TRUE(is_ascii(got));
  done(queue.apply(done(queue.list("", "", 10)).items.front().id, QueueItems::Act::Drop));
  // Who submits it again is believed: text and field still agree (spec 2.7).
  const auto again = done(messages.load(submit(got).message));
  EXPECT_EQ(again->signature.kinds, "text:voice");
  EXPECT_EQ(mime::count_fields(octets_of(done(queue.list("", "", 10)).items.front().item.message), "Paraph-Signature"),
            1u);
}

TEST_F(RefitTest, AnUnlabelledBodyGetsALabel) {
  done(accounts.set_signature_on(alice, false));
  const auto got = octets_of(done(deposit->refit(
      submit("From: alice@example.org\r\nTo: carol@example.net\r\n\r\nwindows, \xE4\r\n"), {.seven_bit = true})));
  EXPECT_THAT(got, HasSubstr("Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=unknown-8bit\r\n\r\nwindows, =E4\r\n"));
  expect_dkim_passes(got);
}

TEST_F(RefitTest, WhatCannotBecomeSevenBitSaysSo) {  // spec, checklist 15: what is sealed stays
  done(accounts.set_signature_on(alice, false));
  const std::string top = "From: alice@example.org\r\nTo: carol@example.net\r\nMIME-Version: 1.0\r\n";
  const std::string text = "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xC3\xA4 and more\r\n";
  const std::string leaf = "\r\n--x\r\n" + text + "--x--\r\n";
  const std::string foreign = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=x; b=x\r\n";
  const std::pair<std::string, bool> all[] = {
      {top + text, true},
      {top + "Content-Type: multipart/mixed; boundary=x\r\n" + leaf, true},
      {top + "Content-Type: multipart/signed; boundary=x\r\n" + leaf, false},
      {top + "Content-Type: multipart/encrypted; boundary=x\r\n" + leaf, false},
      {top + "Content-Type: multipart/mixed; boundary=x\r\n\r\n\xC3\xA4 preamble\r\n" + leaf, false},
      {top + "Content-Type: message/partial; id=1; number=1\r\n\r\n\xC3\xA4\r\n", false},
      {top + "Subject: \xC3\xA4\r\nContent-Type: text/plain\r\n\r\nx\r\n", false},
      {foreign + top + text, false},
      {"ARC-Message-Signature: i=1; a=rsa-sha256; d=example.com\r\n" + top + text, false},
  };
  for (const auto& [octets, can] : all) {
    const auto code = code_of(deposit->refit(submit(octets), {.seven_bit = true}));
    EXPECT_EQ(code, can ? std::nullopt : std::optional(Code::Unsupported)) << octets;
    done(queue.apply(done(queue.list("", "", 10)).items.front().id, QueueItems::Act::Drop));
  }
}

/// What says that it is 8bit and is ASCII all the same, as clients write that label on everything: a server of 7 bits
/// takes it as it is, and nothing that somebody signed is changed.
TEST_F(RefitTest, WhatIsSevenBitAlreadyIsNotChanged) {
  done(accounts.set_signature_on(alice, false));
  const std::string foreign = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=x; b=x\r\n";
  const std::string top = "From: alice@example.org\r\nTo: carol@example.net\r\nMIME-Version: 1.0\r\n";
  const std::string text = "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\na = b\r\n";
  const std::string sealed = "Content-Type: multipart/signed; boundary=x\r\nContent-Transfer-Encoding: 8bit\r\n";
  const std::string all[] = {foreign + top + text, "ARC-Message-Signature: i=1; d=example.com\r\n" + top + text,
                             top + sealed + "\r\n--x\r\n" + text + "--x--\r\n"};
  for (const auto& octets : all) {
    auto made = run(deposit->refit(submit(octets), {.seven_bit = true}));
    ASSERT_TRUE(made) << made.error().text << "\n" << octets;
    const auto got = octets_of(std::move(*made));
    const auto body = octets.substr(octets.find("\r\n\r\n"));
    EXPECT_TRUE(got.ends_with(body)) << got;
    EXPECT_THAT(got, HasSubstr("Content-Transfer-Encoding: 8bit\r\n"));
    EXPECT_EQ(got.find(foreign) != got.npos, octets.starts_with(foreign));
    done(queue.apply(done(queue.list("", "", 10)).items.front().id, QueueItems::Act::Drop));
  }
}

/// With less of the signature too: what was there before it is not touched.
TEST_F(RefitTest, WhatIsSevenBitAlreadyGoesWithLessOfTheSignature) {
  const std::string second = "Content-Type: text/x-note\r\nContent-Transfer-Encoding: 8bit\r\n\r\na = b\r\n";
  const auto item = submit(
      "From: alice@example.org\r\nTo: carol@example.net\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nfirst\r\n--x\r\n" +
      second + "--x--\r\n");
  const auto size_max = bytes_of(item.message) - 3000;
  const auto got = octets_of(done(deposit->refit(item, {.seven_bit = true, .size_max = size_max})));
  EXPECT_LE(got.size(), size_max);
  EXPECT_THAT(got, AllOf(HasSubstr("x=size"), HasSubstr("m=text;"), HasSubstr(second)));
}

TEST_F(RefitTest, ALongPartOfSevenBitsIsNoReason) {
  done(accounts.set_signature_on(alice, false));
  std::string line = std::string(70, 'x') + "\r\n";
  std::string lines;
  while (lines.size() < (8 << 20)) lines += line;
  const auto with = [&](const std::string& more) {
    return "From: alice@example.org\r\nTo: carol@example.net\r\nMIME-Version: 1.0\r\n"
           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" +
           lines + more +
           "\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xC3\xA4 and "
           "more\r\n--b--\r\n";
  };
  EXPECT_EQ(code_of(deposit->refit(submit(with("")), {.seven_bit = true})), std::nullopt);
  done(queue.apply(done(queue.list("", "", 10)).items.front().id, QueueItems::Act::Drop));
  EXPECT_EQ(code_of(deposit->refit(submit(with("\xC3")), {.seven_bit = true})), Code::Unsupported);
}

TEST_F(RefitTest, AForeignSignatureThatOursBrokeIsNoReason) {
  const auto item = submit(
      "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=x; b=x\r\n"
      "From: alice@example.org\r\nTo: carol@example.net\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xC3\xA4 and more\r\n");
  EXPECT_TRUE(is_ascii(octets_of(done(deposit->refit(item, {.seven_bit = true})))));
}

TEST_F(RefitTest, ForAServerOfSevenBitsThatTakesLessTheSignatureGivesWay) {
  auto text = long_text();
  text += std::string(200, '\xE4') + "\r\n";
  const auto item = submit(text);
  const auto whole = octets_of(done(deposit->refit(item, {.seven_bit = true})));
  ASSERT_THAT(whole, HasSubstr("Originator-Spoken-Name"));
  const auto size_max = whole.size() - 3000;
  const auto less = octets_of(done(deposit->refit(item, {.seven_bit = true, .size_max = size_max})));
  EXPECT_LE(less.size(), size_max);
  EXPECT_TRUE(is_ascii(less));
  EXPECT_THAT(less, AllOf(HasSubstr("x=size"), HasSubstr("=E4=E4"), Not(HasSubstr("Originator-Spoken-Name"))));
  expect_dkim_passes(less);
}

TEST_F(RefitTest, WithoutTheFormBeforeTheSignatureThereIsNoOther) {
  const auto item = submit(long_text());
  const auto bytes = bytes_of(item.message);
  auto without = *done(messages.load(item.message));
  without.plain.clear();
  store::Batch batch;
  batch.writes.push_back({record::message_key(item.message), record::format_message(without)});
  done(store.commit(std::move(batch)));
  EXPECT_EQ(code_of(deposit->refit(item, {.size_max = bytes})), Code::Unsupported);
}

/// Whatever the item's form was made into, it can be made into the next.
TEST_F(RefitTest, EveryFormSaysWhatTheMessageWasBefore) {
  policy.save_sent = false;
  make_deposit();
  auto text = long_text();
  text += std::string(200, '\xE4') + "\r\n";
  submit(text);
  const auto plain = plain_of(done(messages.load(row().item.message)));
  const auto bytes = plain.wire_bytes();
  const Fit all[] = {{.seven_bit = true}, {.size_max = bytes + 2500}, {.left_out = record::LeftOut::Signature}};
  const char* const kinds[] = {"text:voice", "text", "none"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto was = row().item.message;
    take(done(deposit->refit(row().item, all[i])));
    EXPECT_FALSE(done(store.get(record::message_key(was)))) << "nobody shows it";
    const auto now = done(messages.load(row().item.message));
    EXPECT_EQ(now->signature.kinds, kinds[i]);
    EXPECT_EQ(plain_of(now), plain) << i;
    EXPECT_THAT(findings(), IsEmpty()) << i;
  }
  done(queue.apply(row().id, QueueItems::Act::Drop));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RefitTest, WhoHasGoneSendsWithoutASignature) {
  const auto item = submit(long_text());
  done(accounts.remove("alice@example.org"));
  const auto made = done(deposit->refit(item, {.size_max = bytes_of(item.message) - 3000}));
  EXPECT_EQ(made.record.signature.kinds, "none");
}

}  // namespace
}  // namespace paraph::service
