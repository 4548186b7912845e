#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"

namespace paraph::signature {

/// The text that HTML shows, as lines: block elements and <br> end a line, runs of blanks are one, empty lines are left
/// out, scripts, styles and titles are skipped. UTF-8, LF between lines, none after the last. Two clients' forms of one
/// fragment give the same lines.
std::string html_lines(std::string_view html);

/// Where a signature goes (spec 2.4 U), and what precedes quoted text.
struct HtmlPoint {
  std::size_t at = 0;  ///< insert before this octet
  bool before_quote = false;
};
/// Before the first recognised reply container (if `before_quote`), else before the last real `</body>`, else at the
/// end. nullopt: nothing may be inserted. The place is not in the data state (an unclosed comment, style, script,
/// plaintext ...), the page is too deep or too large, or its tree (html_tree.h) has the place elsewhere, or hidden.
std::optional<HtmlPoint> find_html_point(std::string_view html, bool before_quote = true);

/// What replies of the common clients put around, or before, the text that they answer (spec 2.4 U): is an element of
/// this name, with these attributes, such a container?
bool is_reply_container(std::string_view element, std::string_view type, std::string_view id, std::string_view classes,
                        std::string_view style);

/// The part of `html` whose text is the author's own: up to the first reply container, or all of it.
std::string_view unquoted_html(std::string_view html);

/// True when the lines of `fragment` stand in those of `html`, one after another.
bool shows_lines(std::string_view html_lines, std::string_view fragment_lines);

/// A `<div class="paraph-signature">...</div>`, octets of the page.
struct OwnDiv {
  mail::Range whole;
  mail::Range inside;
};
/// Those of the unquoted part, and one that ends the page. At most kOwnDivsMax.
std::vector<OwnDiv> own_divs(std::string_view html);
inline constexpr std::size_t kOwnDivsMax = 8;

/// The first `<div class="paraph-signature">...</div>` of own_divs() whose lines satisfy `wanted`. nullopt when there
/// is none.
std::optional<mail::Range> find_own_div(std::string_view html,
                                        const std::function<bool(const std::string& lines)>& wanted);

/// `html` without its <img> elements whose src is `src`.
std::string without_image(std::string_view html, std::string_view src);

/// True when some <img> has that src.
bool shows_image(std::string_view html, std::string_view src);

}  // namespace paraph::signature
