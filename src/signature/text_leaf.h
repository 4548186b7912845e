#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/signature.h"
#include "signature/attach.h"
#include "signature/leaf.h"

namespace paraph::signature {

/// What a leaf already carries of a signature (spec 2.7).
enum class Carries { Nothing, Older, Current };

/// Where the quoted text begins with which a reply ends: a line of attribution, quoted lines ("> ") and nothing else,
/// or what follows "-----Original Message-----". The text's size when it ends in the author's own words.
std::size_t quote_begin(std::string_view text);

/// What may be a signature in a leaf: the text after the last separator line, and the one after the last such line
/// before the quote. Octets of leaf.text().
std::vector<mail::Range> text_blocks(const Leaf& leaf);
/// A block in the form that is compared (spec 2.6).
std::string canonical_block(const Leaf& leaf, mail::Range block);

/// The first of these blocks that is `text`, else the first that is what is remembered of older ones.
struct TextBlock {
  Carries carries = Carries::Nothing;
  mail::Range range;  ///< Older: octets of leaf.text() that hold it
};
TextBlock find_text_block(const Leaf& leaf, std::string_view text, const std::vector<mail::PastRevision>& past);

/// EDIT of a text/plain leaf (spec 2.2, 2.4 R, S, V): `text` goes to the end after an empty line and a separator line,
/// or takes the place of an older block; where the policy says so, of one that the client wrote, or before the quote.
/// format=flowed is kept in order. nullopt: the leaf is locked.
std::optional<LeafEdit> edit_text(const Leaf& leaf, std::string_view text, const TextBlock& block, const Policy& policy,
                                  const std::vector<std::string>& delimiters);

/// "-- " and the text, each line ended by `line_end`; for format=flowed space-stuffed (RFC 3676 §4.4).
std::string text_block(std::string_view text, std::string_view line_end, bool flowed);

/// Does some line begin an OpenPGP message (spec 2.4 I3)?
bool has_pgp_block(std::string_view text);

}  // namespace paraph::signature
