#include "signature/canonical.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>

#include "base/text.h"
#include "signature/html_references.h"
#include "signature/html_view.h"

namespace paraph::signature {

std::optional<std::string> to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  if (!is_utf8(text)) return std::nullopt;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error)) return std::nullopt;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, error);
  if (U_FAILURE(error)) return std::nullopt;
  return out;
}

std::string with_lf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (text.substr(i + 1, 1) == "\n") ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string canonical_text(std::string_view text) {
  const std::string lines = with_lf(to_nfc(text).value_or(std::string(text)));
  std::string out;
  std::size_t kept = 0;  // octets up to and with the last line that is not empty
  for (std::string_view line : split(lines, '\n')) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty() && out.empty()) continue;
    out += line;
    out += "\r\n";
    if (!line.empty()) kept = out.size();
  }
  out.resize(kept);
  return out;
}

std::string canonical_html(std::string_view fragment) {
  constexpr std::string_view kSource = "src=\"cid:";
  std::string out;
  for (std::size_t i = 0; i < fragment.size();) {
    const char c = fragment[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (!out.ends_with(' ')) out += ' ';
      ++i;
    } else if (c == '&' && fragment.substr(i, 2) == "&#") {
      const auto end = fragment.find(';', i);
      const auto reference =
          fragment.substr(i, end == std::string_view::npos ? 0 : std::min<std::size_t>(end - i + 1, 12));
      const std::string character = decode_character_references(reference);
      const bool other = !character.empty() && !is_ascii(character);
      out += other ? character : std::string(1, c);
      i += other ? reference.size() : 1;
    } else if (c == 's' && fragment.substr(i, kSource.size()) == kSource) {
      out += kSource;
      i = std::min(fragment.find('"', i + kSource.size()), fragment.size());
    } else {
      out += c;
      ++i;
    }
  }
  return std::string(trimmed(out));
}

std::string text_from_html(std::string_view html) { return html_lines(html); }

std::string html_from_text(std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c != '&' && c != '<' && c != '>' && c != '"'; };
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  char before = '\n';
  while (!text.empty()) {
    // Words one blank apart, as they are; then what is not so.
    std::size_t run = 0;
    while (run < text.size() && (is_plain(text[run]) || (text[run] == ' ' && run > 0 && text[run - 1] != ' '))) ++run;
    if (run > 0) {
      out += text.substr(0, run);
      before = text[run - 1];
      text.remove_prefix(run);
      continue;
    }
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '\n') {
      if (!out.empty()) out += "<br>";
    } else if (c == ' ' && (before == ' ' || before == '\n')) {
      out += "&nbsp;";
    } else {
      append_escaped(out, c);
    }
    before = c;
  }
  return out;
}

}  // namespace paraph::signature
