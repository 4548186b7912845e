// Tables for the pure pieces: flags, mailbox names, header edits, trace fields.
#include <gmock/gmock.h>

#include "mime/rope_text.h"
#include "mime/scan.h"
#include "service/count_table.h"
#include "service/flags.h"
#include "service/header_edit.h"
#include "service/mailbox_names.h"
#include "service/testing.h"
#include "service/trace_fields.h"

namespace paraph::service {
namespace {

using mail::Flag;
using mail::FlagChange;

TEST(Flags, StoreMakesOfThem) {
  const struct {
    FlagChange change;
    mail::Flags now, given, after;
  } cases[] = {
      {FlagChange::Add, flags({Flag::Seen}, {"$A"}), flags({Flag::Draft}, {"b", "$a"}),
       flags({Flag::Seen, Flag::Draft}, {"$A", "b"})},
      {FlagChange::Remove, flags({Flag::Seen, Flag::Draft}, {"$A", "b"}), flags({Flag::Seen}, {"$a", "none"}),
       flags({Flag::Draft}, {"b"})},
      {FlagChange::Replace, flags({Flag::Seen}, {"$A"}), flags({}, {"z", "B", "Z"}), flags({}, {"B", "z"})},
  };
  for (const auto& each : cases) {
    auto after = ok(changed_flags(each.now, each.change, each.given, 64));
    for (auto& keyword : after.keywords) keyword = keyword == "Z" ? "z" : keyword;
    EXPECT_EQ(after, each.after);
  }
}

TEST(Flags, BadKeywordsAndTooManyAreRefused) {
  for (const char* bad : {"", "a b", "a(", "\\Seen", "a*", "\xC3\xA4"}) {
    EXPECT_EQ(changed_flags({}, FlagChange::Add, flags({}, {bad}), 64).error().code, Code::BadInput) << bad;
    EXPECT_TRUE(changed_flags({}, FlagChange::Remove, flags({}, {bad}), 64)) << bad;
  }
  EXPECT_EQ(changed_flags(flags({}, {"a"}), FlagChange::Add, flags({}, {"b"}), 1).error().code, Code::TooLarge);
}

TEST(MailboxNames, AreMadeNormalAndChecked) {
  const std::pair<const char*, const char*> normal[] = {{"inbox", "INBOX"},
                                                        {"Inbox/x", "INBOX/x"},
                                                        {"inboxes", "inboxes"},
                                                        {"GREETINGS", "Greetings"},
                                                        {"greetings/x", "Greetings/x"},
                                                        {"a/", "a"},
                                                        {"/", "/"},
                                                        {"", ""}};
  for (const auto& [given, made] : normal) EXPECT_EQ(normal_mailbox_name(given), made);
  EXPECT_TRUE(
      is_mailbox_name("R\xC3\xBC"
                      "ckrufe/2026"));
  EXPECT_TRUE(is_below("a/b", "a"));
  EXPECT_FALSE(is_below("ab", "a"));
  EXPECT_THAT(parents_of("a/b/c"), testing::ElementsAre("a", "a/b"));
}

signature::Message message_of(std::string_view octets) {
  signature::Message message;
  message.rope.append(octets);
  message.structure = mime::scan(octets);
  const auto block = message.structure.root().header;
  message.octets.emplace(block, std::string(octets.substr(block.begin, block.size())));
  return message;
}

TEST(HeaderEdit, FieldsGoAndComeAndOffsetsFollow) {
  const struct {
    const char* given;
    const char* after;
  } cases[] = {
      {"A: 1\r\nBcc: x,\r\n y\r\nB: 2\r\n\r\nbody\r\n", "N: 0\r\nA: 1\r\nB: 2\r\n\r\nbody\r\n"},
      {"bcc: x\r\n\r\n", "N: 0\r\n\r\n"},
      {"\r\nonly a body", "N: 0\r\n\r\nonly a body"},
      {"Content-Type: multipart/mixed; boundary=b\r\nBcc: x\r\n\r\n--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--\r\n",
       "N: 0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--\r\n"},
  };
  for (const auto& each : cases) {
    auto message = message_of(each.given);
    edit_top_header(message, {"Bcc"}, "N: 0\r\n");
    message.structure.parts.front().envelope->bcc.clear();
    const auto load = [](const mail::Segment&) { return std::string(); };
    EXPECT_EQ(mime::flatten(message.rope, load), each.after);
    EXPECT_TRUE(message.structure == mime::scan(each.after)) << each.after;
    EXPECT_EQ(message.octets.begin()->first, message.structure.root().header);
  }
}

TEST(HeaderEdit, AnMboxLineGoes) {
  auto message = message_of("From me Mon\r\nA: 1\r\n\r\nx");
  edit_top_header(message, {}, "");
  EXPECT_EQ(message.octets.begin()->second, "A: 1\r\n\r\n");
  EXPECT_EQ(message.structure.root().body, (mail::Range{8, 9}));
}

TEST(HeaderEdit, FieldsOnTop) {
  auto message = message_of("A: 1\r\n\r\nx");
  prepend_fields(message.rope, message.structure, "N: 0\r\n");
  EXPECT_TRUE(message.structure == mime::scan("N: 0\r\nA: 1\r\n\r\nx"));
}

TEST(TraceFields, AreFolded) {
  Hop hop{.from = "client (192.0.2.1)", .by = "vm.example.org", .protocol = "ESMTPS", .id = "1f"};
  EXPECT_EQ(format_received(hop, kTestTime),
            "Received: from client (192.0.2.1)\r\n\tby vm.example.org with ESMTPS id 1f;\r\n\tMon, 23 Nov 2026 "
            "00:00:00 +0000\r\n");
  const mail::Address bob{.local = "b ob", .domain = "example.org"};
  hop.recipient = &bob;
  EXPECT_THAT(format_received(hop, kTestTime), testing::HasSubstr(" id 1f\r\n\tfor <\"b ob\"@example.org>;\r\n\tMon"));
  EXPECT_EQ(format_return_path({}), "Return-Path: <>\r\n");
  EXPECT_EQ(format_return_path({"a b", "example.org"}), "Return-Path: <\"a b\"@example.org>\r\n");
}

TEST(CountTable, CountsManyKeys) {
  CountTable table;
  for (std::uint64_t key = 0; key < 5000; ++key) table.at(key * 7919).count += 1;
  for (std::uint64_t key = 0; key < 5000; ++key) table.at(key * 7919).count += 1;
  std::size_t keys = 0;
  table.for_each([&](const CountTable::Slot& slot) {
    EXPECT_EQ(slot.count, 2u);
    ++keys;
  });
  EXPECT_EQ(keys, 5000u);
  EXPECT_EQ(table.find(1), nullptr);
}

}  // namespace
}  // namespace paraph::service
