#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mailbox.h"

namespace paraph::session_imap {

/// An account's mailboxes as a tree of names: those that are there, and the parents that are not (they were deleted,
/// their children stayed). Pure; made anew for each LIST.
class NameTree {
 public:
  struct Node {
    const mail::Mailbox* mailbox = nullptr;  ///< null: only a name above others
    bool children = false;
    bool subscribed_below = false;  ///< some mailbox below is subscribed
  };
  using Nodes = std::map<std::string, Node, std::less<>>;

  /// `mailboxes` outlives the tree.
  explicit NameTree(const std::vector<mail::Mailbox>& mailboxes);
  /// In order of name, INBOX first.
  std::vector<Nodes::const_iterator> in_order() const;

 private:
  Nodes nodes_;
};

}  // namespace paraph::session_imap
