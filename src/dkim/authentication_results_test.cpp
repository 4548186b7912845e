#include "dkim/authentication_results.h"

#include <gmock/gmock.h>

#include "mime/field.h"

namespace paraph::dkim {
namespace {

using testing::HasSubstr;

TEST(FormatResults, OneLineEach) {
  EXPECT_EQ(format_authentication_results("mx.example.org", {}), "Authentication-Results: mx.example.org; none\r\n");
  const Outcome pass{.verdict = Verdict::Pass,
                     .domain = "example.com",
                     .selector = "s1",
                     .identity = "a@example.com",
                     .algorithm = "rsa-sha256",
                     .b = "abc/+12="};
  const MethodResult spf{.method = "spf",
                         .result = "fail",
                         .reason = "says \"no\"",
                         .properties = {{.type = "smtp", .name = "mailfrom", .value = "a@b.example"}}};
  EXPECT_EQ(format_authentication_results("mx.example.org", {result_of(pass), spf}),
            "Authentication-Results: mx.example.org;\r\n"
            "\tdkim=pass header.d=example.com header.s=s1 header.i=a@example.com\r\n"
            "\t header.a=rsa-sha256 header.b=\"abc/+12=\";\r\n"
            "\tspf=fail reason=\"says \\\"no\\\"\" smtp.mailfrom=a@b.example\r\n");
}

TEST(FormatResults, NothingAPeerWroteGetsOut) {
  Outcome bad;
  bad.identity = "a\r\nX: y\"; dkim=pass (@example.com";
  bad.domain = "d\0e";
  bad.reason = "\xFF\\";
  const auto field = format_authentication_results("mx", {result_of(bad)});
  EXPECT_THAT(field, HasSubstr("header.i=\"a??X: y\\\"; dkim=pass (@example.com\""));
  EXPECT_THAT(field, HasSubstr("reason=\"?\\\\\""));
  std::size_t fields = 0;
  for ([[maybe_unused]] const auto& one : mime::Fields(field)) ++fields;
  EXPECT_EQ(fields, 1u);
}

TEST(ForgedResults, AreThoseThatBearOurName) {
  const struct {
    const char* value;
    bool ours;
  } cases[] = {
      {" mx.example.org; none", true},
      {"MX.example.ORG ; dkim=pass", true},
      {"\r\n mx.example.org\r\n ; dkim=pass", true},
      {" mx.example.org 1; dkim=pass", true},
      {" (a (nested) comment) mx.example.org (x) 1 (y); dkim=pass", true},
      {" \"mx.example.org\"; dkim=pass", true},
      {" \"mx\\.example.org\"; dkim=pass", true},
      {" mx.example.org.; dkim=pass", true},
      {" mx.example.org", true},
      {" other.example; dkim=pass header.d=mx.example.org", false},
      {" other.example 1; dkim=pass", false},
      {" mx.example.org.evil.example; dkim=pass", false},
      {" (mx.example.org) other.example; dkim=pass", false},
      {" (mx.example.org; dkim=pass", true},
      {" ; mx.example.org; dkim=pass", true},
      {" \"mx.example.org; dkim=pass", true},
      {" other x y mx.example.org; dkim=pass", true},
      {" other x y; dkim=pass", false},
      {"", false},
  };
  for (const auto& [value, ours] : cases) {
    const std::string before = "Subject: x\r\n";
    const std::string field = std::string("authentication-results:") + value + "\r\n";
    const auto found = find_forged_results(before + field + "To: y\r\n\r\n", "mx.example.org");
    EXPECT_EQ(found.size(), ours ? 1u : 0u) << value;
    if (!found.empty()) EXPECT_EQ(found[0], (mail::Range{before.size(), before.size() + field.size()}));
  }
}

}  // namespace
}  // namespace paraph::dkim
