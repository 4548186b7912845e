// The message's codec is our own; Protocol Buffers' generated code is its oracle.
#include <gtest/gtest.h>

#include <random>

#include "record/codec.h"
#include "record/fields.h"
#include "record/sample_test.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

StoredMessage bare_message() {
  StoredMessage message;
  message.structure.parts.emplace_back();
  return message;
}

TEST(MessageCodec, WritesWhatTheGeneratedCodeWrites) {
  for (const auto& message : {sample_message(), bare_message()}) {
    const std::string octets = format_message(message);
    pb::Message parsed;
    ASSERT_TRUE(parsed.ParseFromString(octets));
    EXPECT_EQ(parsed.SerializeAsString(), octets);
    EXPECT_EQ(parse_message(octets), message);
  }
}

TEST(MessageCodec, FieldsMayComeInAnyOrder) {
  const std::string octets = format_message(sample_message());
  pb::Message parsed;
  ASSERT_TRUE(parsed.ParseFromString(octets));
  pb::Message rope;
  rope.mutable_rope()->Swap(parsed.mutable_rope());
  EXPECT_EQ(parse_message(parsed.SerializeAsString() + rope.SerializeAsString()), sample_message());
}

/// (What comes twice after the damage is merged there and replaced here: neither writes such a record.)
TEST(MessageCodec, DamagedOctetsAreTakenOnlyIfTheGeneratedCodeTakesThem) {
  std::mt19937_64 chance(1);
  const std::string whole = format_message(sample_message());
  int taken = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::string octets = whole;
    octets[chance() % octets.size()] = static_cast<char>(chance());
    const auto message = parse_message(octets);
    if (!message) continue;
    ++taken;
    pb::Message parsed;
    ASSERT_TRUE(parsed.ParseFromString(octets)) << i;
  }
  EXPECT_GT(taken, 500);
}

TEST(Fields, AnyOctetsEndSomewhere) {
  std::mt19937_64 chance(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string octets(chance() % 40, '\0');
    for (auto& octet : octets) octet = static_cast<char>(chance());
    FieldReader field(octets);
    std::size_t fields = 0;
    while (field.next()) ++fields;
    EXPECT_LE(fields, octets.size());
  }
}

TEST(Fields, DamageIsSeen) {
  const std::string cases[] = {
      "\x08",                                              // a number that does not come
      "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01",  // more octets than 64 bits need
      "\x0A\x05"
      "abc",                       // text cut short
      "\x0B",                      // a group: never written
      std::string("\x00\x01", 2),  // field 0
      "\x09"
      "1234567",  // fixed width, cut short
  };
  for (const auto& octets : cases) {
    FieldReader field(octets);
    while (field.next()) {
    }
    EXPECT_TRUE(field.damaged()) << testing::PrintToString(octets);
  }
}

TEST(Fields, NumbersComeBack) {
  for (const std::uint64_t number :
       {std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16384}, UINT64_MAX}) {
    FieldWriter out;
    out.number(7, number);
    const std::string octets = out.take();
    FieldReader field(octets);
    ASSERT_TRUE(field.next());
    EXPECT_EQ(field.number(), 7u);
    EXPECT_EQ(field.value(), number);
    EXPECT_FALSE(field.next());
    EXPECT_FALSE(field.damaged());
  }
}

}  // namespace
}  // namespace paraph::record
