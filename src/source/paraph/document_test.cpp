#include "source/paraph/document.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace paraph::source::paraph {
namespace {

const std::string kSha256(64, 'a');
const std::string kStart = R"({"version":1,"user":"alice@example.org")";

std::string media(const std::string& more = "") {
  return R"({"url":"/m/1","type":"image/png","sha256":")" + kSha256 + R"(","size":9)" + more + "}";
}

TEST(Document, TellsOfEveryPart) {
  const auto document =
      parse_document(kStart + R"(,"revision":"r","text":"Alice\nx","html":"<b>A</b>","image":)" +
                         media(R"(,"width":3,"height":4)") + R"(,"voice":[)" + media(R"(,"duration":2)") + "," +
                         media() + R"(],"notAfter":"2026-11-28T07:30:00Z","new":{"a":[1]}})",
                     "Alice@Example.org");
  ASSERT_TRUE(document) << document.error().text;
  EXPECT_EQ(document->text, "Alice\nx");
  EXPECT_EQ(document->html, "<b>A</b>");
  ASSERT_TRUE(document->image);
  EXPECT_EQ(document->image->url, "/m/1");
  EXPECT_EQ(document->image->type, "image/png");
  EXPECT_EQ(document->image->size, 9u);
  EXPECT_EQ(hex(document->image->sha256.view()), kSha256);
  EXPECT_EQ(document->voice.size(), 2u);
  EXPECT_EQ(document->not_after, Time(std::chrono::seconds(1'795'851'000)));
}

TEST(Document, MayBeEmpty) {
  for (const std::string rest : {"}", R"(,"text":"","html":"","voice":[]})", R"(,"image":null,"voice":null})"}) {
    const auto document = parse_document(kStart + rest, "alice@example.org");
    ASSERT_TRUE(document) << rest;
    EXPECT_TRUE(document->text.empty() && document->html.empty() && !document->image && document->voice.empty());
  }
}

TEST(Document, ThatIsNone) {
  const std::string deep = kStart + R"(,"x":)" + std::string(100'000, '[');
  for (const std::string& text :
       {std::string(),
        std::string("<html>"),
        std::string("[]"),
        std::string("{}"),
        kStart,
        std::string(R"({"version":2,"user":"alice@example.org"})"),
        std::string(R"({"version":1,"user":"bob@x"})"),
        std::string(R"({"version":1})"),
        std::string(R"({"version":"1","user":"alice@example.org"})"),
        kStart + R"(,"text":5})",
        kStart + R"(,"image":"x"})",
        kStart + R"(,"image":{}})",
        kStart + R"(,"image":{"url":"/m","sha256":"abc","size":1}})",
        kStart + R"(,"image":{"url":"/m","sha256":")" + std::string(64, 'g') + R"(","size":1}})",
        kStart + R"(,"image":{"url":"/m","sha256":")" + kSha256 + R"(","size":0}})",
        kStart + R"(,"image":{"url":"/m","sha256":")" + kSha256 + R"(","size":1048577}})",
        kStart + R"(,"image":{"url":"/m","sha256":")" + kSha256 + R"(","size":-1}})",
        kStart + R"(,"voice":{}})",
        kStart + R"(,"voice":[1]})",
        kStart + R"(,"text":"\ud800"})",
        kStart + "} x",
        deep})
    EXPECT_EQ(parse_document(text, "alice@example.org").error().code, Code::BadInput) << text.substr(0, 100);
}

TEST(Document, ReadsTimes) {
  const std::pair<const char*, bool> cases[] = {
      {"2026-11-28T07:30:00Z", true},
      {"2026-11-28t07:30:00.123z", true},
      {"2026-11-28T07:30:00+01:00", false},
      {"2026-02-30T07:30:00Z", false},
      {"2026-11-28T24:30:00Z", false},
      {"2026-11-28 07:30:00Z", false},
      {"9999-11-28T07:30:00Z", false},
      {"2026-11-28", false},
      {"tomorrow", false},
      {"2026-11-28T07:30:00.Z", false},
      {"-026-11-28T07:30:00Z", false},
  };
  for (const auto& [text, good] : cases)
    EXPECT_EQ(parse_document(kStart + R"(,"notAfter":")" + text + "\"}", "alice@example.org").has_value(), good)
        << text;
}

TEST(Document, NamesABoundedNumberOfVariants) {
  std::string text = kStart + R"(,"voice":[)" + media();
  for (int i = 0; i < 100; ++i) text += "," + media();
  const auto document = parse_document(text + "]}", "alice@example.org");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->voice.size(), kVariantsMax);
}

}  // namespace
}  // namespace paraph::source::paraph
