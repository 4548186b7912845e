#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "mail/signature.h"
#include "signature/limits.h"

namespace paraph::signature {

inline constexpr std::size_t kTextBytesMax = kHardLimits.text_bytes;
inline constexpr std::size_t kTextLinesMax = kHardLimits.text_lines;
inline constexpr std::size_t kTextLineBytesMax = 900;  ///< with room for an encoding's overhead under RFC 5322's 998
inline constexpr std::size_t kHtmlBytesMax = kHardLimits.html_bytes;

/// What src an <img> of a signature's HTML has: the place of its own picture.
inline constexpr std::string_view kImageSource = "cid:signature-image";

/// A signature's text in its stored form: NFC, LF line ends, no blanks at line ends, no empty lines at either end, tabs
/// as spaces, a leading separator line ("-- ") dropped. BadInput: not UTF-8, control characters, bidirectional
/// overrides or isolates, a line that begins an OpenPGP block. TooLarge: over 4 KiB, 20 lines, or 900 octets in a line.
Result<std::string> clean_text(std::string_view text);

/// A signature's HTML in its stored form: only elements and attributes of an allow-list (spec 5.2), written anew from
/// what was understood, every element closed. What is not allowed is left out, with its content where that is not text
/// (scripts, styles, SVG ...). An <img> stays only with src="cid:signature-image". BadInput: not UTF-8, or nested over
/// 64 deep. TooLarge: over 32 KiB afterwards, or 256 KiB before. clean_html(clean_html(x)) == clean_html(x).
Result<std::string> clean_html(std::string_view html);

/// r= of spec 2.6: base64url of the first 16 octets of SHA-256 over the manifest (every content and its type, lengths
/// first; not `number` and `revision`). "" for an empty signature.
std::string revision_of(const mail::Signature& signature);

/// What there is of it, as m= of spec 2.6 names it: "text:html:image:voice"; "none" for an empty signature.
std::string kinds_of(const mail::Signature& signature);

/// What is kept of a revision once there is a newer one; `created` is for the caller to say.
mail::PastRevision remember(const mail::Signature& signature);

}  // namespace paraph::signature
