#include "source/web/url.h"

#include <gtest/gtest.h>

namespace paraph::source::web {
namespace {

TEST(Url, IsTakenApart) {
  const struct {
    const char *text, *scheme, *host;
    std::uint16_t port;
    bool credentials;
  } cases[] = {
      {"https://Signatures.Example.org", "https", "signatures.example.org", 443, false},
      {"http://127.0.0.1:8080/a?b=c", "http", "127.0.0.1", 8080, false},
      {"https://[::1]:8443/x#y", "https", "[::1]", 8443, false},
      {"https://alice:secret@h.example/", "https", "h.example", 443, true},
      {"https://alice@h.example/", "https", "h.example", 443, true},
      {"https://0x7f.1/", "https", "127.0.0.1", 443, false},  // as the resolver would read it
  };
  for (const auto& one : cases) {
    const auto url = parse_url(one.text);
    ASSERT_TRUE(url) << one.text;
    EXPECT_EQ(url->scheme, one.scheme) << one.text;
    EXPECT_EQ(url->host, one.host) << one.text;
    EXPECT_EQ(url->port, one.port) << one.text;
    EXPECT_EQ(url->credentials, one.credentials) << one.text;
    EXPECT_FALSE(url->text.contains('#')) << one.text;
  }
}

TEST(Url, ThatIsNone) {
  for (const std::string text : {"", "h.example", "ftp://h.example/", "file:///etc/passwd", "https://",
                                 "https://h.example:0/", "https://h.example:65536/", "https://h.example/a b",
                                 "https://h.example/\r\nX: y", "gopher://127.0.0.1:25/", "//h.example/"})
    EXPECT_EQ(parse_url(text).error().code, Code::BadInput) << text;
  EXPECT_FALSE(parse_url("https://h.example/" + std::string(kUrlBytesMax, 'a')));
}

TEST(Url, FollowsReferences) {
  const auto base = parse_url("https://h.example:8443/.well-known/paraph/signature?user=a%40b");
  ASSERT_TRUE(base);
  const std::pair<const char*, const char*> cases[] = {
      {"/.well-known/paraph/media/ab", "https://h.example:8443/.well-known/paraph/media/ab"},
      {"media/ab?user=a%40b", "https://h.example:8443/.well-known/paraph/media/ab?user=a%40b"},
      {"https://other.example/x", "https://other.example/x"},
      {"//other.example/x", "https://other.example/x"},
  };
  for (const auto& [reference, text] : cases) {
    const auto url = follow(*base, reference);
    ASSERT_TRUE(url) << reference;
    EXPECT_EQ(url->text, text);
  }
  EXPECT_FALSE(follow(*base, "file:///etc/passwd"));
  EXPECT_FALSE(follow(*base, ""));
}

TEST(Url, FoundInData) {
  const std::pair<const char*, bool> cases[] = {
      {"https://h.example/", true},      {"https://h.example:8443/", true}, {"https://h.example:22/", false},
      {"http://h.example:443/", false},  {"http://h.example/", false},      {"https://a@h.example/", false},
      {"https://a:b@h.example/", false}, {"https://:b@h.example/", false},
  };
  for (const auto& [text, allowed] : cases) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(check_found(*url, {443, 8443}).has_value(), allowed) << text;
  }
}

TEST(Url, PercentEncodes) {
  EXPECT_EQ(percent_encoded("alice+x@example.org"), "alice%2Bx%40example.org");
  EXPECT_EQ(percent_encoded("../a b\xc3\xbc%&=?#-_~"), "..%2Fa%20b%C3%BC%25%26%3D%3F%23-_~");
}

}  // namespace
}  // namespace paraph::source::web
