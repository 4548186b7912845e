#include "signature/text_leaf.h"

#include <algorithm>

#include "base/text.h"
#include "signature/canonical.h"
#include "signature/content.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kSeparator = "-- ";
constexpr std::size_t kAttributionLinesMax = 3;

bool is_flowed(const Leaf& leaf) {
  const auto* format = mail::find_parameter(leaf.part().parameters, "format");
  return format != nullptr && iequals(*format, "flowed");
}

/// Octets that the line end at `at` takes: 2, 1, or 0 when there is none.
std::size_t line_end_at(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) == "\r\n") return 2;
  return text.substr(at, 1) == "\n" ? 1 : 0;
}

/// Where the text after the last separator line begins; npos without such a line.
std::size_t block_begin(std::string_view text) {
  for (std::size_t at = text.rfind(kSeparator); at != kNone; at = at == 0 ? kNone : text.rfind(kSeparator, at - 1)) {
    const std::size_t end = at + kSeparator.size();
    const std::size_t line_end = line_end_at(text, end);
    if ((at == 0 || text[at - 1] == '\n') && line_end > 0) return end + line_end;
  }
  return kNone;
}

/// What some clients write before a message that they quote without marks: "-----Original Message-----".
bool begins_original(std::string_view line) {
  if (!line.starts_with("-----") || !line.ends_with("-----")) return false;
  const auto from = line.find_first_not_of('-');
  if (from == kNone) return false;
  const auto words = trimmed(line.substr(from, line.find_last_not_of('-') + 1 - from));
  return iequals(words, "original message") || iequals(words, "forwarded message");
}

/// RFC 3676 §4.4: one space at a line's start is not the text's own.
std::string without_stuffing(std::string_view block) {
  std::string out;
  bool at_start = true;
  for (const char c : block) {
    if (!(at_start && c == ' ')) out += c;
    at_start = c == '\n';
  }
  return out;
}

/// As text_blocks().
std::vector<mail::Range> blocks_of(std::string_view text) {
  std::vector<mail::Range> blocks;
  if (const auto begin = block_begin(text); begin != kNone) blocks.push_back({begin, text.size()});
  const auto head = text.substr(0, quote_begin(text));
  if (head.size() == text.size()) return blocks;
  if (const auto begin = block_begin(head); begin != kNone) {
    const auto last = head.find_last_not_of(" \t\r\n");
    const auto line_end = last == kNone ? kNone : head.find('\n', last);
    if (last != kNone && last >= begin && line_end != kNone) blocks.push_back({begin, line_end + 1});
  }
  return blocks;
}

std::string canonical_of(std::string_view block, bool flowed) {
  return canonical_text(flowed ? without_stuffing(block) : std::string(block));
}

/// What precedes the block: nothing for an empty leaf, else the end of the last line and an empty line.
std::string gap_before(std::string_view text, std::string_view line_end) {
  if (text.empty()) return {};
  if (!text.ends_with("\n")) return std::string(line_end) + std::string(line_end);
  const auto before = text.substr(0, text.size() - (text.ends_with("\r\n") ? 2 : 1));
  return before.empty() || before.ends_with("\n") ? std::string() : std::string(line_end);
}

/// "-- ", quoted or not: never flowed (RFC 3676 §4.3).
bool is_separator(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of('>'), line.size()));
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line == kSeparator;
}

/// format=flowed: where the last line of the author's text ends without the blanks that would join it to the next.
std::size_t end_of_fixed_text(std::string_view text) {
  std::size_t end = text.size();
  if (text.ends_with("\r\n")) {
    end -= 2;
  } else if (text.ends_with("\n")) {
    end -= 1;
  }
  const auto line_begin = text.substr(0, end).rfind('\n');
  const auto line =
      text.substr(line_begin == kNone ? 0 : line_begin + 1, end - (line_begin == kNone ? 0 : line_begin + 1));
  if (!line.ends_with(' ') || is_separator(line)) return text.size();
  while (end > 0 && text[end - 1] == ' ') --end;
  return end;
}

/// The signature that the client wrote: the last block, when it is short and holds no quotation.
std::optional<mail::Range> client_block(std::string_view text) {
  const auto blocks = blocks_of(text);
  if (blocks.empty()) return std::nullopt;
  const auto range = blocks.back();
  const auto block = text.substr(range.begin, range.size());
  const auto lines = split(block, '\n');
  const bool quotes = std::ranges::any_of(lines, [](auto line) { return line.starts_with('>'); });
  if (quotes || lines.size() > kTextLinesMax + 1 || block.size() > kTextBytesMax) return std::nullopt;
  return range;
}

/// Octets that take the place of a range of the text.
struct Insertion {
  mail::Range range;
  std::string octets;
};

/// `block` before the octet `at`, which begins the quote or is the end.
Insertion insertion_at(std::string_view text, std::size_t at, std::string_view block, std::string_view line_end,
                       bool flowed) {
  const auto head = text.substr(0, at);
  const std::size_t end = flowed ? end_of_fixed_text(head) : at;
  std::string octets = gap_before(head.substr(0, end), line_end);
  octets += block;
  if (at < text.size()) octets += line_end;
  return {.range = {end, at}, .octets = std::move(octets)};
}

/// Would the signature be found there again?
bool is_found(std::string_view text, const Insertion& insertion, std::string_view signature, bool flowed) {
  std::string edited(text.substr(0, insertion.range.begin));
  edited += insertion.octets;
  edited += text.substr(insertion.range.end);
  const std::string wanted = canonical_text(signature);
  return std::ranges::any_of(blocks_of(edited), [&](const mail::Range& block) {
    return canonical_of(std::string_view(edited).substr(block.begin, block.size()), flowed) == wanted;
  });
}

}  // namespace

std::size_t quote_begin(std::string_view text) {
  std::size_t own_end = 0;    // after the last line of the author's own
  std::size_t paragraph = 0;  // where the paragraph at hand begins
  std::size_t quote = kNone;  // where the quote begins that nothing of the author's has followed yet
  std::size_t attribution = kNone;
  bool in_paragraph = false;
  std::size_t lines = 0;  // of the paragraph
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const auto line = trimmed(text.substr(at, end - at));
    if (begins_original(line)) return at;
    if (line.starts_with('>')) {
      if (quote == kNone) quote = attribution == kNone ? at : attribution;
      in_paragraph = false;
    } else if (line.empty()) {
      in_paragraph = false;
    } else {
      quote = attribution = kNone;
      own_end = end;
      if (!in_paragraph) paragraph = at;
      lines = in_paragraph ? lines + 1 : 1;
      in_paragraph = true;
      if (line.ends_with(':') && lines <= kAttributionLinesMax) attribution = paragraph;
    }
    at = end;
  }
  return quote == kNone || own_end > text.size() ? text.size() : quote;
}

std::vector<mail::Range> text_blocks(const Leaf& leaf) {
  return leaf.readable() ? blocks_of(leaf.text()) : std::vector<mail::Range>{};
}

std::string canonical_block(const Leaf& leaf, mail::Range block) {
  return canonical_of(leaf.text().substr(block.begin, block.size()), is_flowed(leaf));
}

TextBlock find_text_block(const Leaf& leaf, std::string_view text, const std::vector<mail::PastRevision>& past) {
  TextBlock older;
  for (const auto& range : text_blocks(leaf)) {
    const std::string canonical = canonical_block(leaf, range);
    if (canonical.empty()) continue;
    if (!text.empty() && canonical == canonical_text(text)) return {Carries::Current, range};
    if (older.carries == Carries::Older) continue;
    const std::string hash = hash_of_text(canonical);
    if (std::ranges::any_of(past, [&](const auto& revision) { return revision.text_hash == hash; }))
      older = {Carries::Older, range};
  }
  return older;
}

std::string text_block(std::string_view text, std::string_view line_end, bool flowed) {
  std::string out;
  out.reserve(2 * text.size() + 16);
  out += kSeparator;
  out += line_end;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = end + 1;
    if (flowed && (line.starts_with(' ') || line.starts_with('>') || line.starts_with("From "))) out += ' ';
    out += line;
    out += line_end;
  }
  return out;
}

std::optional<LeafEdit> edit_text(const Leaf& leaf, std::string_view text, const TextBlock& block, const Policy& policy,
                                  const std::vector<std::string>& delimiters) {
  if (!leaf.readable()) return std::nullopt;
  const auto line_end = leaf.line_end();
  const bool flowed = is_flowed(leaf);
  const std::string added = text_block(text, line_end, flowed);
  const auto replaced = block.carries == Carries::Older ? std::optional(block.range)
                        : policy.replace_client_block   ? client_block(leaf.text())
                                                        : std::nullopt;
  if (replaced) {
    const auto lines = std::string_view(added).substr(kSeparator.size() + line_end.size());
    return splice_leaf(leaf, *replaced, lines, delimiters);
  }
  if (const auto quote = policy.text_before_quote ? quote_begin(leaf.text()) : leaf.text().size();
      quote < leaf.text().size()) {
    const Insertion insertion = insertion_at(leaf.text(), quote, added, line_end, flowed);
    if (is_found(leaf.text(), insertion, text, flowed))
      return splice_leaf(leaf, insertion.range, insertion.octets, delimiters);
  }
  const Insertion insertion = insertion_at(leaf.text(), leaf.text().size(), added, line_end, flowed);
  return splice_leaf(leaf, insertion.range, insertion.octets, delimiters);
}

bool has_pgp_block(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PGP ";
  for (std::size_t at = text.find(kBegin); at != kNone; at = text.find(kBegin, at + 1)) {
    const auto after = text.substr(at + kBegin.size());
    if (at > 0 && text[at - 1] != '\n') continue;
    if (after.starts_with("SIGNED MESSAGE-----") || after.starts_with("MESSAGE-----") ||
        after.starts_with("MESSAGE, PART "))
      return true;
  }
  return false;
}

}  // namespace paraph::signature
