#include "queue/stored_content.h"

#include <gtest/gtest.h>

#include "service/testing.h"

namespace paraph::queue {
namespace {

struct StoredContentTest : testing::Test, service::World {
  bool eight_bit(const std::string& encoding, const std::string& body) {
    auto made = message("From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n" + encoding +
                        "\r\n" + body + "\r\n");
    make_once();
    std::vector<service::Target> targets{{.account = alice, .mailbox = box(alice, "INBOX").id}};
    const auto at = service::done(mailboxes.append(std::move(made), std::move(targets))).front();
    const auto entry = service::done(mailboxes.entries(at.mailbox)).back();
    const auto found = service::done(messages.load(entry.message));
    return service::done(has_8bit(store, found));
  }
  void make_once() {
    if (!std::exchange(made_, true)) make_accounts();
  }

 private:
  bool made_ = false;
};

TEST_F(StoredContentTest, WhetherThereAreOctetsAbove127) {
  std::string lines;  // long enough to be a blob
  while (lines.size() < 300'000) lines += "a line of a long letter, as long as the others are\r\n";
  const std::string label = "Content-Transfer-Encoding: 8bit\r\n", schoen = "sch\xC3\xB6n\r\n";
  struct Case {
    std::string encoding, body;
    bool has;
  };
  for (const auto& [encoding, body, has] : std::vector<Case>{{"", "short", false},
                                                             {"", schoen, true},
                                                             {label, "short", false},
                                                             {label, schoen, true},
                                                             {"", lines, false},
                                                             {"", lines + schoen, true},  // under the wrong label
                                                             {label, lines, false},
                                                             {label, schoen + lines, true},
                                                             {label, lines + schoen, true}})
    EXPECT_EQ(eight_bit(encoding, body), has) << encoding << body.substr(0, 20) << " of " << body.size();
}

}  // namespace
}  // namespace paraph::queue
