#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signature/html_view.h"
#include "signature/leaf.h"
#include "signature/text_leaf.h"

namespace paraph::signature {

/// What an HTML leaf already shows of a signature (spec 2.7): its lines in the author's own part of the page.
struct HtmlBlock {
  Carries carries = Carries::Nothing;
  mail::Range range;  ///< Older: octets of leaf.text(), a whole <div>
  std::string hash;   ///< Current: as Report::html_hash, "" for markup that is not ours
};
/// `fragment` is Content::html. One that shows no lines is found by its picture: `picture` is the src of it, "" when
/// the message has none.
HtmlBlock find_html_block(const Leaf& leaf, std::string_view fragment, std::string_view picture,
                          const std::vector<mail::PastRevision>& past);

inline constexpr std::string_view kDivTag = "<div class=\"paraph-signature\" dir=\"auto\">";
inline constexpr std::string_view kDivEnd = "</div>";

/// The element around a signature's HTML: kDivTag, the fragment, kDivEnd. Images refer to `picture` ("cid:..."),
/// appended where the fragment names none; all of them go when `picture` is "".
std::string signature_div(std::string_view fragment, std::string_view picture);

/// The same element in lines of 78 octets where blanks allow it: these end in `line_end` instead.
std::string fold_html(std::string_view html, std::string_view line_end);

/// Report::html_hash for such an element.
std::string hash_of_div(std::string_view div);

/// EDIT of a text/html leaf: `div` goes to `point` (find_html_point() of its text), or takes an older one's place. What
/// is not ASCII becomes numeric references unless the leaf is UTF-8. nullopt: the leaf is locked (spec 2.4 U).
std::optional<LeafEdit> edit_html(const Leaf& leaf, std::string_view div, const HtmlBlock& block,
                                  const std::optional<HtmlPoint>& point, const std::vector<std::string>& delimiters);

}  // namespace paraph::signature
