#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::signature {

/// Unicode normalization form C; nullopt when `text` is no UTF-8. ASCII costs one look.
std::optional<std::string> to_nfc(std::string_view text);

/// How two texts are compared (spec 2.6): NFC, CRLF after every line, blanks at line ends and empty lines at both ends
/// removed. Takes CRLF or LF; what is no UTF-8 stays as it is.
std::string canonical_text(std::string_view text);

/// How two fragments of HTML are compared (spec 2.6): a run of blanks as one space, references to what is not ASCII as
/// the characters, what `src="cid:..."` names left out. Every other octet counts.
std::string canonical_html(std::string_view fragment);

/// `text` with LF line ends: CRLF and CR become LF.
std::string with_lf(std::string_view text);

/// What a plain-text reader shows of HTML: html_lines() of it.
std::string text_from_html(std::string_view html);

/// Plain text as HTML: escaped, a <br> between lines, two spaces kept apart.
std::string html_from_text(std::string_view text);

}  // namespace paraph::signature
