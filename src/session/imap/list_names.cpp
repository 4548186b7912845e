#include "session/imap/list_names.h"

namespace paraph::session_imap {

NameTree::NameTree(const std::vector<mail::Mailbox>& mailboxes) {
  for (const auto& mailbox : mailboxes) {
    nodes_[mailbox.name].mailbox = &mailbox;
    for (auto slash = mailbox.name.rfind('/'); slash != std::string::npos && slash > 0;
         slash = mailbox.name.rfind('/', slash - 1)) {
      auto& parent = nodes_[mailbox.name.substr(0, slash)];
      parent.children = true;
      parent.subscribed_below = parent.subscribed_below || mailbox.subscribed;
    }
  }
}

std::vector<NameTree::Nodes::const_iterator> NameTree::in_order() const {
  std::vector<Nodes::const_iterator> order;
  order.reserve(nodes_.size());
  const auto inbox = nodes_.find("INBOX");
  if (inbox != nodes_.end()) order.push_back(inbox);
  for (auto node = nodes_.begin(); node != nodes_.end(); ++node) {
    if (node != inbox) order.push_back(node);
  }
  return order;
}

}  // namespace paraph::session_imap
