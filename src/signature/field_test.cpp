#include "signature/field.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "mime/field.h"
#include "signature/testing.h"

namespace paraph::signature {
namespace {

constexpr std::string_view kFrom = "alice@example.org";
constexpr std::string_view kMessageId = "<m1@client>";
const FieldKey kKey{.id = "k1", .secret = std::string(32, 's')};

std::optional<std::string> find_secret(std::string_view domain, std::string_view key_id) {
  if (domain != "example.org" || key_id != "k1") return std::nullopt;
  return kKey.secret;
}

class Field : public testing::Test {
 protected:
  TestWorld world;
  mail::Signature signature = test_signature(world);
  Report report{.how = How::Append,
                .text = true,
                .image = true,
                .voice = true,
                .reason = "policy",
                .content_ids = {"image.5d59c9dc.0c8e4be34aaf6bce@sig.example.org",
                                "voice.5d59c9dc.36ff4be98e3bf8df@sig.example.org"},
                .image_blob = signature.image->blob,
                .voice_blob = signature.voice[0].blob};

  std::string format() {
    return format_paraph_signature(report, signature, kFrom, kMessageId, "example.org", kKey, 1795000000);
  }
  static std::string value_of(std::string_view field) { return std::string(field.substr(field.find(':') + 1)); }
};

TEST_F(Field, SaysWhatTheReportSays) {
  const auto read = verify_paraph_signature(value_of(format()), kFrom, kMessageId, find_secret);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->domain, "example.org");
  EXPECT_EQ(read->owner, "alice@example.org");
  EXPECT_EQ(read->revision, signature.revision);
  EXPECT_EQ(read->kinds, (std::vector<std::string>{"text", "image", "voice"}));
  EXPECT_EQ(read->how, "append");
  EXPECT_EQ(read->reason, "policy");
  EXPECT_EQ(read->content_ids, report.content_ids);
  EXPECT_EQ(read->content_hash, content_hash(report, signature));
  EXPECT_EQ(read->unix_seconds, 1795000000u);
}

TEST_F(Field, IsFoldedAndEndsItsLine) {
  const std::string field = format();
  EXPECT_TRUE(field.starts_with("Paraph-Signature: v=1; a=hmac-sha256; d=example.org; s=k1;"));
  EXPECT_TRUE(field.ends_with("\r\n"));
  for (const auto line : split(field, '\n')) EXPECT_LE(line.size(), 79u) << line;
}

TEST_F(Field, RefoldingKeepsItValid) {
  std::string value = value_of(format());
  for (auto at = value.find("\r\n "); at != std::string::npos; at = value.find("\r\n "))
    value.replace(at, 3, "\r\n\t  ");
  EXPECT_TRUE(verify_paraph_signature(value, kFrom, kMessageId, find_secret));
  EXPECT_TRUE(verify_paraph_signature(mime::unfold(value), kFrom, kMessageId, find_secret));
}

TEST_F(Field, AnyOtherOctetFromOrMessageIdIsDenied) {
  const std::string value = value_of(format());
  EXPECT_EQ(verify_paraph_signature(value, "mallory@example.org", kMessageId, find_secret).error().code, Code::Denied);
  EXPECT_EQ(verify_paraph_signature(value, kFrom, "<m2@client>", find_secret).error().code, Code::Denied);
  std::string other = value;
  other.replace(other.find("w=append"), 8, "w=edited");
  EXPECT_EQ(verify_paraph_signature(other, kFrom, kMessageId, find_secret).error().code, Code::Denied);
}

TEST_F(Field, WhatIsNotOfTheFormIsRefused) {
  for (const std::string_view value :
       {"", "v=2; a=hmac-sha256", "a=hmac-sha256; v=1", "v=1; a=rsa; b=AAAA; t=1", "v=1; v=1",
        "v=1; a=hmac-sha256; t=1", "v=1; a=hmac-sha256; b=?; t=1", "v=1; a=hmac-sha256; b=AAAA"}) {
    EXPECT_EQ(verify_paraph_signature(value, kFrom, kMessageId, find_secret).error().code, Code::BadInput) << value;
  }
  EXPECT_EQ(
      verify_paraph_signature("v=1; a=hmac-sha256; s=k9; b=AAAA; t=1", kFrom, kMessageId, find_secret).error().code,
      Code::NotFound);
}

TEST_F(Field, NoValueCanEndTheLineOrTheTag) {
  signature.owner = "x; b=forged\r\nBcc: y@example.org";
  report.content_ids = {"a:b;c\r\nd"};
  const std::string field = format();
  EXPECT_EQ(field.find("\r\nBcc"), std::string::npos);
  const auto read = verify_paraph_signature(value_of(field), kFrom, kMessageId, find_secret);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->owner, signature.owner);
}

TEST_F(Field, AMessageThatCarriesNothingSaysNone) {
  report = {.how = How::Header, .reason = "signed"};
  const auto read = verify_paraph_signature(value_of(format()), kFrom, kMessageId, find_secret);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_TRUE(read->kinds.empty());
  EXPECT_EQ(read->reason, "signed");
}

}  // namespace
}  // namespace paraph::signature
