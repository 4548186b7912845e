#include "session/imap/list_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paraph::session_imap {
namespace {

TEST(NameTree, ShowsParentsThatAreNotThere) {
  const std::vector<mail::Mailbox> mailboxes{{.name = "a/b/c", .subscribed = true}, {.name = "INBOX"}, {.name = "Z"}};
  const NameTree tree(mailboxes);
  std::vector<std::string> names;
  for (const auto& node : tree.in_order()) {
    names.push_back(node->first);
    if (node->first == "a/b") {
      EXPECT_EQ(node->second.mailbox, nullptr);
      EXPECT_TRUE(node->second.children);
      EXPECT_TRUE(node->second.subscribed_below);
    }
  }
  EXPECT_THAT(names, testing::ElementsAre("INBOX", "Z", "a", "a/b", "a/b/c"));
}

}  // namespace
}  // namespace paraph::session_imap
