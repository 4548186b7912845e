#pragma once
#include <map>
#include <string>
#include <string_view>

namespace paraph::signature {

/// What a place knows of one owner, by the names that a template uses: "displayName", "title", "tel", "mail", "org",
/// "unit", "url", "language". UTF-8; what is not counts as empty.
using Fields = std::map<std::string, std::string>;

// A template is a signature's text or HTML with `{{name}}` where a field belongs (blanks around the name are allowed,
// its case does not matter, and the names of LDAP and vCard are understood too: `telephoneNumber`, `fn`). A field that
// is not known is empty. `{{{`, braces that are not closed, and `{{` before what is no name stay as they are. One pass:
// braces in a value are text.
//
// Lines. One that names fields, all of them empty, and else holds only labels ("Tel:") and punctuation, is left out.
// Punctuation between two fields stands only when something stands on both sides of it, so "{{title}}, {{org}}" without
// a title is the organisation alone.
//
// Values lose line ends, controls and bidirectional overrides, and are cut at 256 octets; all together are at most
// 16 KiB, beyond which fields are empty. Linear. The result is still what somebody wrote: clean_text() and clean_html()
// come after.

/// True when something in it would be replaced.
bool names_fields(std::string_view text);

/// For plain text. A line is one line.
std::string fill_text(std::string_view text, const Fields& fields);

/// For HTML: escaped by where the field stands. In text and in attributes no value can begin markup or end the
/// attribute; in an address (href, src) it is percent-encoded, after `tel:` only its digits stay, and a whole address
/// (`href="{{url}}"`) is taken if clean_html() lets it through. A line is what stands on one line, up to a `<br>`, or
/// in one block (div, p, li, tr ...); of a line left out the tags stay unless they are closed in it.
std::string fill_html(std::string_view html, const Fields& fields);

}  // namespace paraph::signature
