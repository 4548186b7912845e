#include "record/codec.h"

#include <gtest/gtest.h>

#include <functional>

#include "record/sample_test.h"

namespace paraph::record {
namespace {

using namespace std::string_literals;

TEST(Codec, AnAccountComesBack) {
  const Account account{.id = AccountId{7},
                        .address = "Alice@example.org",
                        .name = "Alice \xFF not UTF-8",
                        .tel = "+8613800138000",
                        .aliases = {"a@example.org", "al@example.org"},
                        .verifier = {.argon2 = "$argon2id$",
                                     .scram_salt = "s\0lt"s,
                                     .stored_key = "st",
                                     .server_key = "se",
                                     .scram_iterations = 4096},
                        .signature_on = false,
                        .quota_bytes = 1,
                        .quota_messages = 2,
                        .removing = true};
  EXPECT_EQ(parse_account(format_account(account)), account);
}

Queued sample_queued() {
  const auto at = [](int seconds) { return Time(std::chrono::seconds(1'795'000'000 + seconds)); };
  Queued item{.destination = "example.net",
              .message = MessageId{7},
              .skip = 42,
              .reverse_path = {"alice", "example.org"},
              .options = {.body = mail::Body::BinaryMime,
                          .smtputf8 = true,
                          .require_tls = true,
                          .ret = mail::Return::Headers,
                          .envid = "e\xFF"},
              .recipients = {},
              .arrived = at(0),
              .due = at(300),
              .priority = mail::Priority::NonUrgent,
              .tries = 3,
              .held = true,
              .warned = true,
              .message_id = "<1@example.org>",
              .ended = std::nullopt,
              .left_out = LeftOut::Media,
              .hosts = {{.host = "mx1.example.net",
                         .address = "192.0.2.1",
                         .tls = "TLSv1.3",
                         .code = 451,
                         .enhanced = "4.3.0",
                         .text = "later",
                         .at = at(5)},
                        {.host = "mx2.example.net", .text = "connection refused", .at = at(6)}}};
  item.recipients.push_back(
      {.recipient = {{"bob", "Example.net"}, mail::Notify{.delay = true}, "rfc822;bob@example.net"},
       .state = QueuedRecipient::State::Waiting,
       .code = 451,
       .enhanced = "4.3.0",
       .text = "later",
       .host = "mx.example.net",
       .at = at(5),
       .refused = "554 5.6.1 no \xFF"});
  item.recipients.push_back(
      {.recipient = {{"carol", "example.net"}, mail::Notify{}, ""}, .state = QueuedRecipient::State::Failed});
  item.recipients.push_back(
      {.recipient = {{"dave", "example.net"}, std::nullopt, ""}, .state = QueuedRecipient::State::Delivered});
  return item;
}

TEST(Codec, AnItemOfTheQueueComesBack) {
  auto item = sample_queued();
  EXPECT_EQ(parse_queued(format_queued(item)), item);
  item.recipients[0].state = QueuedRecipient::State::Dropped;
  item.message = {};
  item.ended = item.due;
  EXPECT_EQ(parse_queued(format_queued(item)), item);
}

TEST(Codec, ARefusalComesBack) {
  const Refusal refusal{
      .left_out = LeftOut::Voice, .until = Time(std::chrono::seconds(1'795'000'000)), .reply = "554 5.6.1 no \xFF"};
  EXPECT_EQ(parse_refusal(format_refusal(refusal)), refusal);
  auto damaged = refusal;
  damaged.left_out = LeftOut{4};
  EXPECT_EQ(parse_refusal(format_refusal(damaged)).error().code, Code::Corrupt);
  EXPECT_EQ(parse_refusal("\xFF").error().code, Code::Corrupt);
}

TEST(Codec, ALeaseComesBack) {
  const Lease lease{.node = "vm.example.org", .until = Time(std::chrono::seconds(1'795'000'000))};
  EXPECT_EQ(parse_lease(format_lease(lease)), lease);
  for (const auto* octets : {"", "\xFF"}) EXPECT_EQ(parse_lease(octets).error().code, Code::Corrupt);
}

TEST(Codec, ATlsPolicyComesBack) {
  const TlsPolicy policy{.id = "20160831085700Z",
                         .mode = TlsPolicy::Mode::Enforce,
                         .exchanges = {"mx.example.org", "*.example.net"},
                         .fetched = Time(std::chrono::seconds(1'795'000'000)),
                         .until = Time(std::chrono::seconds(1'796'000'000))};
  EXPECT_EQ(parse_tls_policy(format_tls_policy(policy)), policy);
  const std::function<void(TlsPolicy&)> damages[] = {[](TlsPolicy& one) { one.id.clear(); },
                                                     [](TlsPolicy& one) { one.exchanges.clear(); },
                                                     [](TlsPolicy& one) { one.mode = TlsPolicy::Mode{3}; }};
  for (const auto& damage : damages) {
    auto damaged = policy;
    damage(damaged);
    EXPECT_EQ(parse_tls_policy(format_tls_policy(damaged)).error().code, Code::Corrupt);
  }
  EXPECT_EQ(parse_tls_policy("\xFF").error().code, Code::Corrupt);
}

TEST(Codec, AnItemOfTheQueueThatContradictsItselfIsCorrupt) {
  using Damage = std::function<void(Queued&)>;
  const Damage damages[] = {[](Queued& item) { item.destination.clear(); },
                            [](Queued& item) { item.hosts[0].code = 1000; },
                            [](Queued& item) { item.destination += "\0x"s; },
                            [](Queued& item) { item.message = {}; },
                            [](Queued& item) { item.ended = item.due; },
                            [](Queued& item) { item.recipients[0].state = QueuedRecipient::State::Failed; },
                            [](Queued& item) { item.recipients.clear(); },
                            [](Queued& item) { item.recipients[1].state = QueuedRecipient::State{4}; },
                            [](Queued& item) { item.recipients[0].code = 1000; },
                            [](Queued& item) { item.left_out = LeftOut{4}; },
                            [](Queued& item) { item.options.body = mail::Body{3}; }};
  for (const auto& damage : damages) {
    auto item = sample_queued();
    damage(item);
    const auto read = parse_queued(format_queued(item));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::Corrupt);
  }
}

TEST(Codec, ADomainComesBack) { EXPECT_EQ(parse_domain(format_domain("example.org")), "example.org"); }

TEST(Codec, ADkimKeyComesBack) {
  const DkimKey key{"example.org", "p20261128r", "\x30\0key"s, Time(std::chrono::seconds(1'795'000'000))};
  EXPECT_EQ(parse_dkim_key(format_dkim_key(key)), key);
  for (std::string DkimKey::* part : {&DkimKey::domain, &DkimKey::selector, &DkimKey::private_key}) {
    DkimKey damaged = key;
    (damaged.*part).clear();
    EXPECT_EQ(parse_dkim_key(format_dkim_key(damaged)).error().code, Code::Corrupt);
  }
}

TEST(Codec, AMailboxComesBack) {
  const mail::Mailbox mailbox{.id = MailboxId{1},
                              .name = "Sent/2026",
                              .use = mail::SpecialUse::Greetings,
                              .subscribed = true,
                              .uid_validity = 2,
                              .uid_next = Uid{3},
                              .highest_modseq = ModSeq{4},
                              .recent_from = Uid{5},
                              .messages = 6,
                              .unseen = 7,
                              .bytes = 8,
                              .known_from = ModSeq{10},
                              .tombstones = 11};
  EXPECT_EQ(parse_mailbox(format_mailbox(mailbox, AccountId{9})), mailbox);
}

TEST(Codec, AnEntryComesBackToTheSecond) {
  const mail::Entry entry{.uid = Uid{4},
                          .message = MessageId{5},
                          .flags = {.system = 31, .keywords = {"$Forwarded", "a"}},
                          .modseq = ModSeq{6},
                          .internal_date = Time(std::chrono::seconds(-1)),
                          .size = 7};
  auto precise = entry;
  precise.internal_date += std::chrono::milliseconds(999);
  EXPECT_EQ(parse_entry(format_entry(precise), Uid{4}), entry);
}

TEST(Codec, AChangeComesBack) {
  const Change change{.uid = Uid{0xFFFFFFFF}, .expunged = true};
  EXPECT_EQ(parse_change(format_change(change)), change);
}

TEST(Codec, AKeyRingComesBack) {
  const Time made(std::chrono::seconds(1'795'000'000));
  const std::vector<RingKey> ring{{.id = "k1", .made = Time{}, .retired = made}, {.id = "k2", .made = made}};
  EXPECT_EQ(parse_key_ring(format_key_ring(ring)), ring);
  EXPECT_FALSE(parse_key_ring("")) << "none signs";
  EXPECT_FALSE(parse_key_ring(format_key_ring({ring[0]}))) << "none is in use";
  EXPECT_FALSE(parse_key_ring(format_key_ring({ring[1], ring[1]}))) << "two are in use";
}

TEST(Codec, SettingsComeBack) {
  const Settings settings{{"kinds", "text"}, {"replies", "none"}};
  EXPECT_EQ(parse_settings(format_settings(settings)), settings);
  EXPECT_EQ(parse_settings(""), Settings());
  const auto octets = format_settings(settings);
  EXPECT_FALSE(parse_settings(octets + octets)) << "a name twice";
}

TEST(Codec, PlacesComeBack) {
  const std::vector<Place> places{{AccountId{1}, MailboxId{2}, Uid{3}}, {AccountId{4}, MailboxId{5}, Uid{0xFFFFFFFF}}};
  EXPECT_EQ(parse_places(format_places(places)), places);
  EXPECT_FALSE(parse_places("\xFF"));
}

TEST(Codec, ASignatureComesBack) {
  const mail::SignatureMedia voice{
      .media_type = "audio/AMR", .extension = "amr", .blob = blob_named('v'), .bytes = 5000, .duration = 4};
  const mail::SignatureMedia image{.media_type = "image/png",
                                   .extension = "png",
                                   .blob = blob_named('i'),
                                   .bytes = 8000,
                                   .width = 600,
                                   .height = 200};
  const mail::Signature signature{
      .owner = "a@x",
      .number = 2,
      .revision = "r",
      .text = "T",
      .html = "<p>T",
      .image = image,
      .voice = {voice, voice},
      .language = "zh-Hans",
      .voice_original =
          mail::SignatureOriginal{
              .media_type = "audio/flac", .blobs = {blob_named('o'), blob_named('p')}, .bytes = 300'000},
      .image_original = mail::SignatureOriginal{.media_type = "image/png", .blobs = {blob_named('q')}, .bytes = 1}};
  EXPECT_EQ(parse_signature(format_signature(signature, Time())), signature);
  const mail::Signature bare{.owner = "a@x", .number = 1};
  EXPECT_EQ(parse_signature(format_signature(bare, Time())), bare);
  const Time created(std::chrono::seconds(86'400));
  EXPECT_EQ(parse_signature_created(format_signature(bare, created)), created);
}

TEST(Codec, AnOriginalOfTheTimeWhenItWasOneBlobIsRead) {
  // As it was written then: number 2, and field 11 a SignatureMedia, with its extension.
  const auto blob = blob_named('o');
  const std::string media =
      "\x0A\x09"
      "audio/AMR"
      "\x12\x03"
      "bin"
      "\x1A\x20" +
      std::string(blob.view()) + "\x20\x64";
  const auto signature = parse_signature("\x10\x02\x5A" + std::string(1, static_cast<char>(media.size())) + media);
  ASSERT_TRUE(signature);
  const mail::SignatureOriginal original{.media_type = "audio/AMR", .blobs = {blob}, .bytes = 100};
  EXPECT_EQ(signature->voice_original, original);
  EXPECT_FALSE(parse_signature(std::string_view("\x10\x02\x5A\x02\x20\x64", 6))) << "no blob at all";
}

TEST(Codec, ASignatureFromElsewhereComesBack) {
  RemoteSignature remote{.signature = {.owner = "a@x", .number = 3, .revision = "r", .text = "t"},
                         .past = {{.revision = "old", .media = {BlobId{}}, .media_bytes = {9}, .text_hash = "h"}},
                         .tag = "\"v\"",
                         .fetched = Time(std::chrono::seconds(100)),
                         .fresh_until = Time(std::chrono::seconds(200)),
                         .stale_until = Time(std::chrono::seconds(300)),
                         .not_after = Time(std::chrono::seconds(400)),
                         .fields = {{"displayName", "Alice"}, {"tel", ""}}};
  EXPECT_EQ(parse_remote_signature(format_remote_signature(remote)), remote);
  const RemoteSignature none{.signature = {.owner = "a@x"}};
  EXPECT_EQ(parse_remote_signature(format_remote_signature(none)), none);
  EXPECT_EQ(parse_remote_signature("").error().code, Code::Corrupt);
}

TEST(Codec, ASignatureHeadComesBack) {
  const SignatureHead head{
      .current = 3,
      .past = {{.revision = "r", .media = {blob_named('a')}, .media_bytes = {9}, .text_hash = "h\0"s, .html_hash = "m"},
               {.revision = "q", .number = 1, .created = Time(std::chrono::seconds(7)), .kinds = "text:voice"}},
      .kept = {2, 1},
      .voice_from = Place{AccountId{1}, MailboxId{2}, Uid{3}}};
  EXPECT_EQ(parse_signature_head(format_signature_head(head)), head);
}

TEST(Codec, AnUploadComesBack) {
  const std::vector<BlobId> blobs{blob_named('a'), blob_named('b')};
  EXPECT_EQ(parse_upload(format_upload(blobs)), blobs);
  EXPECT_EQ(parse_upload(""), std::vector<BlobId>());
}

TEST(Codec, AMessageComesBack) {
  const StoredMessage message = sample_message();
  EXPECT_EQ(parse_message(format_message(message)), message);
}

TEST(Codec, AMessageOfNestedPartsGetsItsChildrenBack) {
  StoredMessage message = sample_message();
  message.structure.parts[3].parent = 2;
  message.structure.parts[2].children = {3};
  message.structure.parts[0].children = {1, 2};
  EXPECT_EQ(parse_message(format_message(message)), message);
}

TEST(Codec, ARawSegmentSaysWhetherItIsEightBit) {
  StoredMessage message = sample_message();
  auto& segment = message.rope.segments[1];
  segment.kind = mail::Segment::Kind::Raw;
  segment.line_chars = 0;
  segment.final_crlf = false;
  message.structure.size = message.rope.wire_bytes();
  for (auto& part : message.structure.parts) part.header = part.body = {};
  for (const bool has_8bit : {false, true}) {
    segment.has_8bit = has_8bit;
    EXPECT_EQ(parse_message(format_message(message)), message) << has_8bit;
  }
}

/// What no format_ writes, and no reader should have to check for.
TEST(Codec, AMessageThatContradictsItselfIsCorrupt) {
  const std::pair<const char*, std::function<void(StoredMessage&)>> damages[] = {
      {"no part", [](auto& m) { m.structure.parts.clear(); }},
      {"size", [](auto& m) { m.structure.size += 1; }},
      {"root with a parent", [](auto& m) { m.structure.parts[0].parent = 0; }},
      {"two roots", [](auto& m) { m.structure.parts[1].parent = mail::kNoPart; }},
      {"parent after child", [](auto& m) { m.structure.parts[1].parent = 2; }},
      {"own parent", [](auto& m) { m.structure.parts[1].parent = 1; }},
      {"range past the end", [](auto& m) { m.structure.parts[1].body.end = m.structure.size + 1; }},
      {"range backwards", [](auto& m) { m.structure.parts[1].header = {20, 10}; }},
      {"line length", [](auto& m) { m.rope.segments[1].line_chars = 75; }},
      {"segment past a blob", [](auto& m) { m.rope.segments[1].length = mail::kBlobBytesMax + 1; }},
      {"encoding", [](auto& m) { m.structure.parts[1].encoding = static_cast<mail::Encoding>(6); }},
      {"kind", [](auto& m) { m.rope.segments[1].kind = static_cast<mail::Segment::Kind>(3); }},
  };
  for (const auto& [name, damage] : damages) {
    StoredMessage message = sample_message();
    damage(message);
    const auto parsed = parse_message(format_message(message));
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code, Code::Corrupt) << name;
  }
}

TEST(Codec, EveryCutOfARecordIsCorruptOrParses) {
  const std::string octets = format_message(sample_message());
  for (std::size_t n = 0; n < octets.size(); ++n) {
    const auto parsed = parse_message(octets.substr(0, n));
    if (!parsed) EXPECT_EQ(parsed.error().code, Code::Corrupt);
  }
}

TEST(Codec, EveryRecordRefusesOtherOctets) {
  const std::string octets = "\x0A\xFFnot a record";
  EXPECT_EQ(parse_account(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_domain(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_dkim_key(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_mailbox(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_entry(octets, Uid{1}).error().code, Code::Corrupt);
  EXPECT_EQ(parse_change(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_message(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_signature(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_signature_head(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_remote_signature(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_upload(octets).error().code, Code::Corrupt);
  EXPECT_EQ(parse_upload("\x0A\x03"
                         "abc")
                .error()
                .code,
            Code::Corrupt);
}

TEST(Codec, AFieldOfANewerServerIsPassedOver) {
  const std::string newer = format_change({.uid = Uid{1}}) +
                            "\xFA\x01\x03"
                            "new";
  EXPECT_EQ(parse_change(newer), (Change{.uid = Uid{1}}));
}

}  // namespace
}  // namespace paraph::record
