#include "signature/html_leaf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/sha256.h"
#include "signature/canonical.h"
#include "signature/content.h"
#include "signature/html_references.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

std::string with_source(std::string_view fragment, std::string_view picture) {
  std::string out;
  for (;;) {
    const auto at = fragment.find(kImageSource);
    out += fragment.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += picture;
    fragment.remove_prefix(at + kImageSource.size());
  }
}

}  // namespace

HtmlBlock find_html_block(const Leaf& leaf, std::string_view fragment, std::string_view picture,
                          const std::vector<mail::PastRevision>& past) {
  if (!leaf.readable() || fragment.empty()) return {};
  // As we write it, with the picture or without.
  const std::array<std::string, 2> ours{canonical_html(signature_div(fragment, picture.empty() ? "cid:x" : picture)),
                                        canonical_html(signature_div(fragment, ""))};
  for (const auto& div : own_divs(leaf.text())) {
    const std::string canonical = canonical_html(leaf.text().substr(div.whole.begin, div.whole.size()));
    if (std::ranges::find(ours, canonical) != ours.end()) return {Carries::Current, {}, hash_of_div(canonical)};
  }
  const auto own = unquoted_html(leaf.text());
  const std::string lines = html_lines(fragment);
  if (lines.empty()) {
    const bool shown = !picture.empty() && shows_image(own, picture);
    return {shown ? Carries::Current : Carries::Nothing, {}, {}};
  }
  if (shows_lines(html_lines(own), lines)) return {Carries::Current, {}, {}};
  const auto is_older = [&](const std::string& shown) {
    const std::string hash = hash_of_lines(shown);
    return !hash.empty() && std::ranges::any_of(past, [&](const auto& revision) { return revision.html_hash == hash; });
  };
  if (const auto div = find_own_div(leaf.text(), is_older)) return {Carries::Older, *div, {}};
  return {};
}

std::string signature_div(std::string_view fragment, std::string_view picture) {
  std::string inside = picture.empty() ? without_image(fragment, kImageSource) : with_source(fragment, picture);
  if (!picture.empty() && fragment.find(kImageSource) == std::string_view::npos) {
    inside += fmt::format("{}<img src=\"{}\" alt=\"\">", inside.empty() ? "" : "<br>", picture);
  }
  return fmt::format("{}{}{}", kDivTag, inside, kDivEnd);
}

std::string fold_html(std::string_view html, std::string_view line_end) {
  constexpr std::size_t kColumns = 78;
  std::string out;
  std::size_t line = 0;                   // where the last line begins in `out`
  std::size_t blank = std::string::npos;  // its last blank that may end it: in a text, or between attributes
  bool in_tag = false;
  bool in_value = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (c == '"' && in_tag) in_value = !in_value;
    if (c == '>' && !in_value) in_tag = false;
    if (c == ' ' && !in_value) blank = out.size();
    out += c;
    if (out.size() - line <= kColumns || blank == std::string::npos) continue;
    out.replace(blank, 1, line_end);
    line = blank + line_end.size();
    blank = std::string::npos;
  }
  return out;
}

std::string hash_of_div(std::string_view div) {
  const std::string canonical = canonical_html(div);
  const auto inside =
      std::string_view(canonical).substr(kDivTag.size(), canonical.size() - kDivTag.size() - kDivEnd.size());
  const BlobId digest = crypto::sha256(trimmed(inside));
  return std::string(digest.view());
}

std::optional<LeafEdit> edit_html(const Leaf& leaf, std::string_view div, const HtmlBlock& block,
                                  const std::optional<HtmlPoint>& point, const std::vector<std::string>& delimiters) {
  if (!leaf.readable()) return std::nullopt;
  std::string added = fold_html(leaf.charset() == "utf-8" ? std::string(div) : ascii_html(div), leaf.line_end());
  if (block.carries == Carries::Older) return splice_leaf(leaf, block.range, added, delimiters);
  if (!point) return std::nullopt;
  const auto line_end = leaf.line_end();
  const bool at_end = point->at == leaf.text().size();
  if (at_end && !leaf.text().empty() && !leaf.text().ends_with("\n")) added.insert(0, line_end);
  added += line_end;
  return splice_leaf(leaf, {point->at, point->at}, added, delimiters);
}

}  // namespace paraph::signature
