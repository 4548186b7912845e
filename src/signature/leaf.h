#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mail/structure.h"

namespace paraph::signature {

/// A text leaf, read for editing. Views into the message's octets, which must outlive it.
class Leaf {
 public:
  /// Reads the leaf: transfer encoding, then charset. `unlabelled` is a top-level body without Content-Type: us-ascii
  /// or UTF-8 by what it holds (spec 2.4 M), never another charset.
  Leaf(const mail::Part& part, std::string_view wire, bool unlabelled);

  /// False: locked; its text is not known for certain (invalid octets, unknown charset).
  bool readable() const { return readable_; }
  /// The text as UTF-8; for HTML of no stated charset the octets themselves, in which ASCII means ASCII.
  std::string_view text() const& { return converted_ ? *converted_ : octets(); }
  std::string_view text() && = delete;
  /// Transfer encoding removed.
  std::string_view octets() const& { return decoded_ ? *decoded_ : wire_; }
  std::string_view octets() && = delete;
  std::string_view wire() const { return wire_; }
  const mail::Part& part() const { return *part_; }
  /// Lower-cased; "" when the octets' charset is not known but ASCII in them is.
  const std::string& charset() const { return charset_; }
  bool unlabelled() const { return unlabelled_; }
  /// CRLF, or LF when the decoded text has only these.
  std::string_view line_end() const;

 private:
  void read_text();

  const mail::Part* part_;
  std::string_view wire_;
  std::optional<std::string> decoded_;
  std::optional<std::string> converted_;
  std::string charset_;
  bool unlabelled_;
  bool readable_ = false;
};

/// A change of one leaf's body, and of what its header says about it.
struct LeafEdit {
  mail::Range range;                    ///< octets of the body on the wire, from its begin, that are replaced
  std::string octets;                   ///< ... by these
  std::optional<std::string> charset;   ///< a new charset parameter
  std::optional<std::string> encoding;  ///< a new Content-Transfer-Encoding
};

/// Replaces octets [range) of leaf.text() by `inserted` (UTF-8; ASCII where leaf.charset() is ""). Keeps charset and
/// transfer encoding where they can hold the result, else UTF-8 and quoted-printable or base64 (spec 2.4 N, P). No line
/// of the result begins with one of `delimiters` (the enclosing boundaries with their "--"). The result is read again,
/// and says what it is to say. nullopt: it cannot be done; the leaf is locked.
std::optional<LeafEdit> splice_leaf(const Leaf& leaf, mail::Range range, std::string_view inserted,
                                    const std::vector<std::string>& delimiters);

/// Does the edit say something else of the part than its header does?
bool changes_fields(const mail::Part& part, const LeafEdit& edit);
/// The header block of a part with the edit's charset and encoding put into its Content-Type and
/// Content-Transfer-Encoding fields, added where absent. A Content-MD5 (RFC 1864), which an edited body belies, goes;
/// every other field is unchanged. `block` may lack the empty line.
std::string with_edited_fields(std::string_view block, const mail::Part& part, const LeafEdit& edit);

}  // namespace paraph::signature
