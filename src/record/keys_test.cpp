#include "record/keys.h"

#include <gtest/gtest.h>

namespace paraph::record {
namespace {

using namespace std::string_literals;

TEST(Keys, AreALetterAndBigEndianNumbers) {
  EXPECT_EQ(format_key(), "F");
  EXPECT_EQ(counter_key("message"), "Imessage");
  EXPECT_EQ(address_key("a@x"), "aa@x");
  EXPECT_EQ(account_key(AccountId{0x0102}), "A\0\0\0\0\0\0\1\2"s);
  EXPECT_EQ(entry_key(MailboxId{7}, Uid{0x01020304}), "e\0\0\0\0\0\0\0\7\1\2\3\4"s);
  EXPECT_EQ(quota_bytes_key(AccountId{1}), "q\0\0\0\0\0\0\0\1b"s);
  EXPECT_EQ(message_id_key("sixteen octets..", MessageId{7}), "isixteen octets..\0\0\0\0\0\0\0\7"s);
  EXPECT_EQ(mailbox_name_key(AccountId{1}, "INBOX"), "n\0\0\0\0\0\0\0\1INBOX"s);
  EXPECT_EQ(dkim_key_key("example.org", "p1"), "kexample.org\0p1"s);
  EXPECT_EQ(dkim_keys_prefix("example.org"), "kexample.org\0"s) << "and so not those of example.org.uk";
  EXPECT_EQ(dkim_keys_prefix(""), "k");
}

TEST(Keys, OfASignatureFromElsewhereNameItsSourceAndOwner) {
  const auto key = remote_signature_key("hq", "alice@example.org");
  EXPECT_EQ(key, "rhq\0alice@example.org"s);
  const auto names = remote_signature_names(key);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->first, "hq");
  EXPECT_EQ(names->second, "alice@example.org");
  for (const auto& other : {"r"s, "rhq"s, "r\0a@x"s, "rhq\0"s, "xhq\0a@x"s, ""s})
    EXPECT_FALSE(remote_signature_names(other)) << other;
}

TEST(Keys, OfTheQueueSayWhatTheyHold) {
  EXPECT_EQ(queued_key(7), "Q\0\0\0\0\0\0\0\7"s);
  EXPECT_EQ(lease_key("example.org"), "lexample.org");
  EXPECT_EQ(queued_of_key("sixteen octets..", 7), "tsixteen octets..\0\0\0\0\0\0\0\7"s);
  EXPECT_EQ(ended_key(1, 7), "x\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\7"s);
  const auto waiting = waiting_key("example.net", 0x0102, 7);
  EXPECT_EQ(waiting, "wexample.net\0b\0\0\0\0\0\0\1\2\0\0\0\0\0\0\0\7"s);
  const auto said = parse_waiting_key(waiting);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->destination, "example.net");
  EXPECT_EQ(said->priority, mail::Priority::Normal);
  EXPECT_EQ(said->due, 0x0102u);
  EXPECT_EQ(said->item, 7u);
  const auto bell = bell_key(60, "example.net");
  const auto rings = parse_bell_key(bell);
  ASSERT_TRUE(rings);
  EXPECT_EQ(rings->destination, "example.net");
  EXPECT_EQ(rings->due, 60u);
  for (const auto& other : {"w"s, "w\0b\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\7"s, "wa\0d\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\7"s,
                            waiting.substr(0, 20), "x" + waiting.substr(1), "wa\0b"s + waiting.substr(12)})
    EXPECT_FALSE(parse_waiting_key(other)) << other;
  for (const auto& other : {"d"s, bell.substr(0, 9), "x" + bell.substr(1)})
    EXPECT_FALSE(parse_bell_key(other)) << other;
  EXPECT_LT(waiting_key("example.net", 5, 9), waiting_key("example.net", kNever, 1))
      << "held ones are behind all others";
  std::string before;
  for (const auto priority : mail::kPriorities) {
    const auto key = waiting_key("example.net", 5, 9, priority);
    EXPECT_LT(before, key);
    EXPECT_TRUE(key.starts_with(waiting_prefix("example.net", priority)));
    EXPECT_EQ(parse_waiting_key(key)->priority, priority);
    before = key;
  }
}

TEST(Keys, SortAsTheirNumbersDo) {
  EXPECT_LT(entry_key(MailboxId{1}, Uid{255}), entry_key(MailboxId{1}, Uid{256}));
  EXPECT_LT(entry_key(MailboxId{1}, Uid{0xFFFFFFFF}), entry_key(MailboxId{2}, Uid{1}));
  EXPECT_LT(change_key(MailboxId{1}, ModSeq{0xFFFFFFFF}), change_key(MailboxId{1}, ModSeq{0x100000000}));
}

TEST(AllWith, HoldsEveryKeyWithThePrefixAndNoOther) {
  const auto scan = all_with(entries_prefix(MailboxId{0xFF}));
  const auto inside = [&](const std::string& key) { return scan.from <= key && key < scan.to; };
  EXPECT_TRUE(inside(entry_key(MailboxId{0xFF}, Uid{1})));
  EXPECT_TRUE(inside(entry_key(MailboxId{0xFF}, Uid{0xFFFFFFFF})));
  EXPECT_FALSE(inside(entry_key(MailboxId{0xFE}, Uid{0xFFFFFFFF})));
  EXPECT_FALSE(inside(entry_key(MailboxId{0x100}, Uid{1})));
  EXPECT_FALSE(inside(message_key(MessageId{1})));
}

TEST(LastNumber, ReadsTheEndOfAKey) {
  EXPECT_EQ(last_number(entry_key(MailboxId{7}, Uid{0x01020304}), 4), 0x01020304u);
  EXPECT_EQ(last_number(message_key(MessageId{UINT64_MAX}), 8), UINT64_MAX);
  EXPECT_EQ(last_number("abc", 4), 0u);
}

TEST(NumberValue, ComesBack) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX}) {
    EXPECT_EQ(parse_number_value(number_value(number)), number);
  }
  EXPECT_FALSE(parse_number_value("1234567"));
}

}  // namespace
}  // namespace paraph::record
