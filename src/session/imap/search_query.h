#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mail/mailbox.h"
#include "record/codec.h"
#include "session/imap/view.h"
#include "wire/imap/search.h"

namespace paraph::session_imap {

/// The fields of a header block, ready for searching: name, and the decoded value in folded case.
using FoldedFields = std::vector<std::pair<std::string, std::string>>;
FoldedFields fold_fields(std::string_view header);

/// One message, as far as it was looked at. Null: not loaded yet. All points to what outlives the evaluation.
struct Subject {
  std::uint32_t index = 0;  ///< in the view
  Uid uid;
  bool recent = false;
  const mail::Entry* entry = nullptr;
  const record::StoredMessage* message = nullptr;
  const FoldedFields* fields = nullptr;
  const std::string* text = nullptr;  ///< decoded text leaves, folded
};

enum class Verdict { No, Yes, Unknown };

/// A SEARCH ready to be asked about many messages. Pure: it is given more of a message only where that matters, so that
/// most searches never open one.
class Query {
 public:
  /// Unsupported: the charset ([BADCHARSET]). BadInput: text that is not of the charset.
  static Result<Query> compile(const imap::SearchKey& key, std::string_view charset, const View& view);

  /// Unknown: a key needs more than `subject` has; load the next thing (entry, message, fields, text) and ask again.
  /// With everything loaded it is never Unknown.
  Verdict ask(const Subject& subject) const { return ask(root_, subject); }

 private:
  struct Node {
    imap::SearchKey::Kind kind = imap::SearchKey::Kind::All;
    std::vector<Node> children;
    mail::Flag flag = mail::Flag::Seen;
    std::string text;   // UTF-8, folded
    std::string field;  // lower case
    std::chrono::sys_days date{};
    std::uint64_t number = 0;
    std::vector<imap::NumberRange> set;
  };
  static Result<Node> compile_node(const imap::SearchKey& key, const View& view);
  static Verdict ask(const Node& node, const Subject& subject);
  static Verdict ask_all(const Node& node, const Subject& subject);
  static Verdict ask_either(const Node& node, const Subject& subject);
  static Verdict ask_entry(const Node& node, const Subject& subject);
  static Verdict ask_message(const Node& node, const Subject& subject);
  static Verdict ask_fields(const Node& node, const Subject& subject);
  static Verdict ask_text(const Node& node, const Subject& subject);

  Node root_;
};

}  // namespace paraph::session_imap
