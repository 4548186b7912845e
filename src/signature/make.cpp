#include "signature/make.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "signature/canonical.h"
#include "signature/content.h"
#include "signature/html_view.h"

namespace paraph::signature {
namespace {

/// C0 and C1 controls but TAB and LF, DEL, bidirectional overrides and isolates, line and paragraph separators, U+FEFF.
/// `text` is UTF-8.
bool has_forbidden_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F) return true;
    if (c < 0x80) continue;
    if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    const auto three = text.substr(i, 3);
    if (three >= "\u2028" && three <= "\u202E") return true;
    if (three >= "\u2066" && three <= "\u2069") return true;
    if (three == "\uFEFF") return true;
  }
  return false;
}

/// Without blanks at the end; tabs as single spaces.
std::string clean_line(std::string_view line) {
  std::string out(line);
  for (char& c : out) {
    if (c == '\t') c = ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Is it surely in its stored form already, as what a source hands out mostly is? ASCII only; and any line that begins
/// with "-", and any empty one, is for a closer look.
bool is_plainly_clean(std::string_view text) {
  if (text.size() > kTextBytesMax) return false;
  // All together, and no way out in the midst: so it is done many octets at a time.
  bool plain = true;
  for (const char c : text) plain &= (c >= ' ' && c < 0x7F) || c == '\n';
  if (!plain) return false;
  for (std::size_t lines = 1; lines <= kTextLinesMax; ++lines) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (line.empty() || line.starts_with('-') || line.ends_with(' ') || end > kTextLineBytesMax) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
  return false;
}

void add_counted(std::string& manifest, std::string_view name, std::string_view value) {
  manifest += fmt::format("{}:{}:", name, value.size());
  manifest += value;
  manifest += '\n';
}

void add_media(std::string& manifest, std::string_view kind, const mail::SignatureMedia& media) {
  add_counted(manifest, kind, media.media_type);
  add_counted(manifest, "duration", fmt::format("{}", media.duration));
  add_counted(manifest, "sha256", media.blob.view());
}

}  // namespace

Result<std::string> clean_text(std::string_view text) {
  if (text.empty() || is_plainly_clean(text)) return std::string(text);
  if (text.size() > 4 * kTextBytesMax) return fail(Code::TooLarge, "the signature text is over 4 KiB");
  const auto normal = to_nfc(text);
  if (!normal) return fail(Code::BadInput, "the signature text is not UTF-8");
  const std::string lines = with_lf(*normal);
  if (has_forbidden_character(lines)) {
    return fail(Code::BadInput, "the signature text holds control characters or bidirectional overrides");
  }
  std::string out;
  for (const auto raw : split(lines, '\n')) {
    const std::string line = clean_line(raw);
    if (out.empty() && (line.empty() || line == "--")) continue;
    if (line.size() > kTextLineBytesMax) return fail(Code::TooLarge, "a line of the signature text is over 900 octets");
    if (line.starts_with("-----BEGIN PGP ")) {
      return fail(Code::BadInput, "the signature text must not begin an OpenPGP block");
    }
    out += line;
    out += '\n';
  }
  out.erase(out.find_last_not_of('\n') + 1);
  if (out.size() > kTextBytesMax) return fail(Code::TooLarge, "the signature text is over 4 KiB");
  if (split(out, '\n').size() > kTextLinesMax) return fail(Code::TooLarge, "the signature text is over 20 lines");
  return out;
}

std::string revision_of(const mail::Signature& signature) {
  if (signature.empty()) return {};
  std::string manifest = "paraph-signature 1\n";
  add_counted(manifest, "text", signature.text);
  add_counted(manifest, "html", signature.html);
  if (signature.image) add_media(manifest, "image", *signature.image);
  for (const auto& voice : signature.voice) add_media(manifest, "voice", voice);
  add_counted(manifest, "language", signature.language);
  const BlobId digest = crypto::sha256(manifest);
  return crypto::base64url_encode(digest.view().substr(0, 16));
}

std::string kinds_of(const mail::Signature& signature) {
  std::vector<std::string_view> kinds;
  if (!signature.text.empty()) kinds.emplace_back("text");
  if (!signature.html.empty()) kinds.emplace_back("html");
  if (signature.image) kinds.emplace_back("image");
  if (!signature.voice.empty()) kinds.emplace_back("voice");
  return kinds.empty() ? "none" : fmt::format("{}", fmt::join(kinds, ":"));
}

mail::PastRevision remember(const mail::Signature& signature) {
  mail::PastRevision past{.revision = signature.revision, .number = signature.number, .kinds = kinds_of(signature)};
  const auto add = [&](const mail::SignatureMedia& media) {
    past.media.push_back(media.blob);
    past.media_bytes.push_back(media.bytes);
  };
  if (signature.image) add(*signature.image);
  for (const auto& voice : signature.voice) add(voice);
  const Content content = content_of(signature, Kinds{});
  past.text_hash = hash_of_text(content.text);
  past.html_hash = hash_of_lines(html_lines(content.html));
  return past;
}

}  // namespace paraph::signature
