#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "signature/attach.h"
#include "signature/field.h"

namespace paraph::signature {

// Does a message carry what its Paraph-Signature field vouches for? The sender's server asks before it signs (spec
// 2.7 (1)): find_genuine_fields(), octets_to_check(), check_content(), and strip_foreign_fields() with the one that
// holds; a message that has such a field is not signed again. The receiver's server asks for its verdict, once DKIM
// has vouched for the header: read_only_field(), octets_to_check(), check_content().

/// A field whose MAC fits, and which one it is.
struct GenuineField {
  ParaphSignature says;
  std::size_t index = 0;  ///< among the Paraph-Signature fields, from the top
};
/// Those of the top header block `header` that this server wrote for this From and Message-ID, and that vouch for some
/// content: one with m=none holds for any body, and says nothing. Looks at kFieldsMax of them.
std::vector<GenuineField> find_genuine_fields(
    std::string_view header, std::string_view from, std::string_view message_id,
    const std::function<std::optional<std::string>(std::string_view domain, std::string_view key_id)>& find_secret);
inline constexpr std::size_t kFieldsMax = 8;

/// The one Paraph-Signature field of a header block, its MAC not checked. NotFound: there is none. BadInput: there are
/// several, or it cannot be read; the message is then as good as one without.
Result<ParaphSignature> read_only_field(std::string_view header);

/// The wire ranges that check_content() must see besides the rope; in order, apart, at most 4 MiB.
std::vector<mail::Range> octets_to_check(const mail::Rope& rope, const mail::Structure& structure,
                                         const ParaphSignature& field);

/// True when the message holds exactly what m=, p= and bh= of the field name: the text after a separator line, the
/// <div> of the HTML, and picture and voice as the parts of these Content-IDs, each there once. Any change of them that
/// the canonical forms keep makes it false; so does an octet range that is not at hand, or text that cannot be read.
/// Bounded and linear.
bool check_content(const Message& message, const ParaphSignature& field);

}  // namespace paraph::signature
