#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "mail/signature.h"
#include "signature/attach.h"

namespace paraph::signature {

/// The kinds of content a signature has.
struct Kinds {
  bool text = true, html = true, image = true, voice = true;
  bool any() const { return text || html || image || voice; }
  friend bool operator==(const Kinds&, const Kinds&) = default;
};

/// What a message is to carry of a signature (spec 2.2 BODY): the text made from the HTML where only that exists, and
/// the other way round. Checked again here, so that nothing that a source handed in reaches a header or breaks a line.
struct Content {
  std::string text;  ///< LF line ends, as clean_text() gives it; "" : none
  std::string html;  ///< fragment, without the <div> around it; "" : none
  std::optional<mail::SignatureMedia> image;
  std::vector<mail::SignatureMedia> voice;  ///< variants that may be sent
  std::string language;
  bool empty() const { return text.empty() && html.empty() && !image && voice.empty(); }
};

Content content_of(const mail::Signature& signature, const Kinds& allowed);

/// Leaves out what is past `limits`, or past the hard ones. True when something was.
bool leave_out_too_large(Content& content, const Limits& limits);

/// What it adds on the wire, whatever the message has of it already, so that attaching twice decides alike. Without the
/// encoding of the edited leaf.
std::uint64_t growth_bytes(const Content& content);

/// The variant for a message whose own recording is of media type `primary` ("" : none), by spec 2.8: the same type,
/// else what the class of recipients can be expected to play. Inside multipart/voice-message only the same type, and
/// for a voice profile system at most kProfileSecondsMax of it. nullptr: none fits.
const mail::SignatureMedia* choose_voice(const Content& content, std::string_view primary, bool inside_voice_message,
                                         const Policy& policy);
inline constexpr std::uint32_t kProfileSecondsMax = 5;

/// Two names of one audio format: "audio/x-wav" and "audio/wav; codec=1".
bool same_media_type(std::string_view a, std::string_view b);

/// SHA-256 of the canonical text, "" for no text: mail::PastRevision::text_hash.
std::string hash_of_text(std::string_view text);
/// SHA-256 of html_lines(), "" for no lines: mail::PastRevision::html_hash.
std::string hash_of_lines(std::string_view lines);

}  // namespace paraph::signature
