#include "dmarc/author.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paraph::dmarc {
namespace {

using testing::ElementsAreArray;

TEST(Authors, AreAllWhomFromNames) {
  struct Row {
    std::string header;
    std::vector<std::string> domains;
    bool unreadable = false, too_many = false;
  };
  const Row table[] = {
      {"From: alice@Example.COM\r\n", {"example.com"}},
      {"Subject: x\r\nFROM :\r\n \"a@bank.example\"\r\n <alice@example.com.> (comment)\r\n", {"example.com"}},
      {"From: a@x.example, b@y.example, c@x.example\r\n", {"x.example", "y.example"}},
      {"From: a@x.example\r\nTo: b@z.example\r\nFrom: b@y.example\r\n", {"x.example", "y.example"}},
      {"From: friends: a@x.example, b@y.example;\r\n", {"x.example", "y.example"}},
      {"From: a@b\xC3\xBC\x63her.example\r\n", {"xn--bcher-kva.example"}},
      {"From: a@[192.0.2.1]\r\n", {}, true},
      {"From: alice\r\n", {}, true},
      {"From: alice, b@y.example\r\n", {"y.example"}, true},
      {"From:\r\n", {}, true},
      {"Subject: x\r\n", {}},
      {"From: a@a.example, a@b.example, a@c.example, a@d.example\r\n",
       {"a.example", "b.example", "c.example", "d.example"}},
      {"From: a@a.example, a@b.example, a@c.example, a@d.example, a@e.example\r\n",
       {"a.example", "b.example", "c.example", "d.example"},
       false,
       true},
  };
  for (const auto& row : table) {
    const auto authors = find_authors(row.header);
    EXPECT_THAT(authors.domains, ElementsAreArray(row.domains)) << row.header;
    EXPECT_EQ(authors.unreadable, row.unreadable) << row.header;
    EXPECT_EQ(authors.too_many, row.too_many) << row.header;
  }
}

TEST(Authors, AThousandAddressesAreNotReadForEver) {
  std::string field = "From: a@x.example";
  for (int i = 0; i < 100'000; ++i) field += ", a@x.example";
  std::string header;
  for (int i = 0; i < 3; ++i) header += field + "\r\n";
  EXPECT_TRUE(find_authors(header).too_many);
}

}  // namespace
}  // namespace paraph::dmarc
