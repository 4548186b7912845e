#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace paraph::dmarc {

/// The Public Suffix List of the system, or the one that libpsl was built with, whichever is newer: read once, when
/// this is made. Any thread.
class Suffixes {
 public:
  /// Throws std::runtime_error when there is no list at all.
  Suffixes();

  /// The organizational domain (RFC 7489 §3.2): the public suffix of `domain` and one label more; a public suffix is
  /// its own. `domain` is in lower case, in A-labels.
  std::string organization_of(std::string_view domain) const;

 private:
  struct List;
  std::shared_ptr<const List> list_;
};

}  // namespace paraph::dmarc
