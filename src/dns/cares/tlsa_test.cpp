#include "dns/cares/tlsa.h"

#include <ares.h>
#include <gmock/gmock.h>

namespace paraph::dns::cares {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string two(std::size_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)}; }

struct Record {
  std::size_t type;
  std::string data;
};

std::string response(std::size_t flags, const std::vector<Record>& records) {
  std::string message = two(7) + two(flags) + two(1) + two(records.size()) + two(0) + two(0);
  message += std::string("\1x\4test\0", 8) + two(52) + two(1);
  for (const auto& [type, data] : records)
    message += two(0xc00c) + two(type) + two(1) + two(0) + two(60) + two(data.size()) + data;
  return message;
}

const std::string kDigest(32, '\xab');

TEST(ParseTlsa, Records) {
  const auto message = response(
      0x8180, {{5, two(0xc00c)}, {52, "\3\1\1" + kDigest}, {46, "signature"}, {52, std::string("\2\0\0cert", 7)}});
  const auto answer = parse_tlsa(message);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->tlsas, ElementsAre(Tlsa{3, 1, 1, kDigest}, Tlsa{2, 0, 0, "cert"}));
  EXPECT_THAT(parse_tlsa(response(0x8180, {})).value().tlsas, IsEmpty());
}

TEST(ParseTlsa, AnyPrefixIsBrokenAndNothingWorse) {
  const auto message = response(0x8180, {{52, "\3\1\1" + kDigest}});
  for (std::size_t bytes = 0; bytes < message.size(); ++bytes)
    EXPECT_FALSE(parse_tlsa(std::string(message, 0, bytes))) << bytes;
  EXPECT_FALSE(parse_tlsa(response(0x8180, {{52, "\3\1\1"}}))) << "no data";
  auto endless = message;
  endless[12] = '\x80';  // neither a label nor a pointer
  EXPECT_FALSE(parse_tlsa(endless));
}

TEST(ParseTlsa, TooMany) {
  const std::vector<Record> many(257, {52, "\3\1\1x"});
  EXPECT_EQ(parse_tlsa(response(0x8180, many)).error().code, Code::TooLarge);
}

TEST(Answers, WhatTheHeaderSays) {
  EXPECT_TRUE(is_authentic(response(0x81A0, {})));
  EXPECT_FALSE(is_authentic(response(0x8180, {})));
  EXPECT_FALSE(is_authentic(""));
  EXPECT_EQ(status_of(response(0x8180, {{1, "abcd"}})), ARES_SUCCESS);
  EXPECT_EQ(status_of(response(0x8180, {})), ARES_ENODATA);
  EXPECT_EQ(status_of(response(0x8183, {})), ARES_ENOTFOUND);
  EXPECT_EQ(status_of(response(0x8182, {})), ARES_ESERVFAIL);
  EXPECT_EQ(status_of(response(0x8185, {})), ARES_EREFUSED);
  EXPECT_EQ(status_of("short"), ARES_EBADRESP);
}

}  // namespace
}  // namespace paraph::dns::cares
