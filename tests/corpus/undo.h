#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"

namespace paraph::corpus {

/// A message as text, with its structure.
struct Parsed {
  explicit Parsed(std::string octets);
  std::string_view of(mail::Range range) const { return std::string_view(text).substr(range.begin, range.size()); }
  std::string text;
  mail::Structure structure;
};

/// A signed message beside what it was made of. Finds what was added (by the Content-IDs that are new, by Paraph's
/// boundaries that are new, and the text part of a locked body), and answers whether the rest is what it was.
class Undo {
 public:
  /// `signature_text`: the text as it was attached.
  Undo(const Parsed& before, const Parsed& after, const std::vector<std::string>& content_ids,
       std::string signature_text);
  /// "" when every octet that no rule allows to change is unchanged, else what is not.
  std::string check();
  /// Was this part of `after` added?
  bool is_added(std::uint32_t part) const;

 private:
  bool is_own_container(std::uint32_t part) const;
  void collect_kept(std::uint32_t part, std::vector<std::uint32_t>& kept) const;
  void compare(std::uint32_t before, std::uint32_t after);
  void compare_multipart(std::uint32_t before, std::uint32_t after);
  void compare_leaf(std::uint32_t before, std::uint32_t after);
  void compare_text(std::uint32_t before, std::uint32_t after);
  void compare_header(std::uint32_t before, std::uint32_t after);
  void compare_top(std::uint32_t after);
  void complain(std::string_view what, std::uint32_t before);

  const Parsed& before_;
  const Parsed& after_;
  std::set<std::string> new_ids_;
  std::string text_;
  std::string separate_;  ///< a text part of its own, header and body
  std::string complaint_;
};

}  // namespace paraph::corpus
