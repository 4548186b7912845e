#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace paraph::milter {

/// One change that a milter asks its MTA to make in a header.
struct Edit {
  enum class Kind {
    Change,  ///< the `index`th field of that name (from 1) gets another value
    Remove,  ///< it goes
    Insert,  ///< a field on top of all; edits are in the order of asking, so the last one inserted stands first
  } kind = Kind::Insert;
  std::string name;
  int index = 0;
  std::string value;  ///< what follows the colon, its first blank too; lines end in LF, as milters want it
  friend bool operator==(const Edit&, const Edit&) = default;
};

/// What makes the header block `after` of `before`, both whole with CRLF line ends: which field has which value, and
/// how often. Fields of one name keep their order; fields that are new stand on top. Removals of one name come from the
/// last to the first, so that indexes hold. Pure.
std::vector<Edit> edits_between(std::string_view before, std::string_view after);

}  // namespace paraph::milter
