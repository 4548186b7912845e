#include "dkim/canonical.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace paraph::dkim {
namespace {

BodyDigest digest_of(Canonical how, std::string_view body) {
  BodyHasher hasher(how);
  hasher.feed(body);
  return hasher.finish();
}

/// The digest of what the canonical form is said to be.
BodyDigest expected(std::string_view canonical) {
  const auto digest = crypto::sha256(canonical);
  return {std::string(digest.view()), canonical.size()};
}

TEST(CanonicalField, TheTableOfTheRfc) {  // RFC 6376 §3.4.5 and more
  const struct {
    const char* field;
    const char* simple;
    const char* relaxed;
  } cases[] = {
      {"A: X\r\n", "A: X\r\n", "a:X\r\n"},
      {"B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"},
      {"SUBJect:AbC\r\n", "SUBJect:AbC\r\n", "subject:AbC\r\n"},
      {"C:\r\n", "C:\r\n", "c:\r\n"},
      {"C:\r\n \t\r\n", "C:\r\n \t\r\n", "c:\r\n"},
      {"C: \t a \t b\r\n   c", "C: \t a \t b\r\n   c\r\n", "c:a b c\r\n"},
      {"C: a:b\xC3\xA4\r\n", "C: a:b\xC3\xA4\r\n", "c:a:b\xC3\xA4\r\n"},
  };
  for (const auto& [field, simple, relaxed] : cases) {
    EXPECT_EQ(canonical_field(Canonical::Simple, field), simple) << field;
    EXPECT_EQ(canonical_field(Canonical::Relaxed, field), relaxed) << field;
  }
}

const struct {
  const char* body;
  const char* simple;
  const char* relaxed;
} kBodies[] = {
    {"", "\r\n", ""},
    {"\r\n", "\r\n", ""},
    {"\r\n\r\n", "\r\n", ""},
    {" ", " \r\n", ""},
    {" \t\r\n", " \t\r\n", ""},
    {"a", "a\r\n", "a\r\n"},
    {"a\r\n", "a\r\n", "a\r\n"},
    {" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},  // §3.4.5
    {"a\r\n \r\n", "a\r\n \r\n", "a\r\n"},
    {"a\r\n\r\nb", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"},
    {"a\r\n \r\n\t\r\nb\r\n", "a\r\n \r\n\t\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
    {"\r\n\r\na", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
    {"a\rb\nc\r\n", "a\rb\nc\r\n", "a\rb\nc\r\n"},
    {"a\r", "a\r\r\n", "a\r\r\n"},
    {"a \r\r\n", "a \r\r\n", "a \r\r\n"},
    {"a \t\r\n b", "a \t\r\n b\r\n", "a\r\n b\r\n"},
    {"\r\r\n\r", "\r\r\n\r\r\n", "\r\r\n\r\r\n"},
};

TEST(BodyHasher, Table) {
  for (const auto& [body, simple, relaxed] : kBodies) {
    EXPECT_EQ(digest_of(Canonical::Simple, body), expected(simple)) << testing::PrintToString(body);
    EXPECT_EQ(digest_of(Canonical::Relaxed, body), expected(relaxed)) << testing::PrintToString(body);
  }
}

TEST(BodyHasher, SaysTheSameHoweverTheBodyIsCut) {
  std::string all;
  for (const auto& one : kBodies) all += one.body;
  for (const auto how : {Canonical::Simple, Canonical::Relaxed}) {
    for (const auto& body : {std::string(kBodies[7].body), std::string(kBodies[14].body), all}) {
      const auto whole = digest_of(how, body);
      for_every_split(body, [&](const std::vector<std::string>& pieces) {
        BodyHasher hasher(how);
        for (const auto& piece : pieces) hasher.feed(piece);
        ASSERT_EQ(hasher.finish(), whole);
      });
    }
  }
}

TEST(BodyHasher, LongRunsAreHashedOnTheWay) {
  const std::string line(100'000, 'x');
  std::string body = line + "\r\n";
  std::string empty_lines;
  for (int i = 0; i < 9000; ++i) empty_lines += "\r\n";
  EXPECT_EQ(digest_of(Canonical::Relaxed, body + empty_lines), expected(body));
  body += empty_lines + "y\r\n";
  EXPECT_EQ(digest_of(Canonical::Relaxed, body), expected(body));
}

}  // namespace
}  // namespace paraph::dkim
