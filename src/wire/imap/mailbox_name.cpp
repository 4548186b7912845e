#include "wire/imap/mailbox_name.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace paraph::imap {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

bool is_printable(char32_t c) { return c >= 0x20 && c < 0x7f; }

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t octet) { out += static_cast<char>(static_cast<unsigned char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// One code point of well-formed UTF-8; moves `at` past it.
char32_t code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const unsigned more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t c = more == 0 ? lead : lead & (0x3Fu >> more);
  for (unsigned i = 0; i < more && at < text.size(); ++i)
    c = (c << 6) | (static_cast<unsigned char>(text[at++]) & 0x3F);
  return c;
}

std::optional<std::vector<char16_t>> decode_run(std::string_view run) {
  std::vector<char16_t> units;
  unsigned bits = 0, pending = 0;
  for (char c : run) {
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0x3FFFFF;
    pending += 6;
    if (pending < 16) continue;
    pending -= 16;
    units.push_back(static_cast<char16_t>(bits >> pending));
  }
  return units;
}

bool append_utf16(std::string& out, const std::vector<char16_t>& units) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t c = units[i];
    if (c >= 0xDC00 && c < 0xE000) return false;
    if (c >= 0xD800 && c < 0xDC00) {
      if (++i == units.size() || units[i] < 0xDC00 || units[i] >= 0xE000) return false;
      c = 0x10000 + ((c - 0xD800) << 10) + (units[i] - 0xDC00u);
    }
    append_utf8(out, c);
  }
  return true;
}

/// Writes UTF-16 units as one run of modified base64.
class Run {
 public:
  explicit Run(std::string& out) : out_(out) {}
  void put(char32_t unit) {
    if (!open_) out_ += '&';
    open_ = true;
    bits_ = bits_ << 16 | unit;
    for (pending_ += 16; pending_ >= 6; pending_ -= 6) out_ += kBase64[bits_ >> (pending_ - 6) & 0x3F];
    bits_ &= 0x3F;
  }
  void close() {
    if (!open_) return;
    if (pending_ > 0) out_ += kBase64[bits_ << (6 - pending_) & 0x3F];
    out_ += '-';
    bits_ = pending_ = 0;
    open_ = false;
  }

 private:
  std::string& out_;
  char32_t bits_ = 0;
  unsigned pending_ = 0;
  bool open_ = false;
};

std::unexpected<Error> not_utf7() { return fail(Code::BadInput, "the mailbox name is not in modified UTF-7"); }

bool below_inbox(std::string_view name) { return istarts_with(name, "INBOX") && (name.size() == 5 || name[5] == '/'); }

}  // namespace

std::string format_utf7_name(std::string_view name) {
  std::string out;
  Run run(out);
  for (std::size_t at = 0; at < name.size();) {
    const char32_t c = code_point(name, at);
    if (is_printable(c)) {
      run.close();
      out += static_cast<char>(c);
      if (c == '&') out += '-';
    } else if (c < 0x10000) {
      run.put(c);
    } else {
      run.put(0xD800 + ((c - 0x10000) >> 10));
      run.put(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  run.close();
  return out;
}

Result<std::string> parse_utf7_name(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    if (name[at] != '&') {
      out += name[at++];
      continue;
    }
    const auto end = name.find('-', at);
    if (end == std::string_view::npos) return not_utf7();
    const auto units = decode_run(name.substr(at + 1, end - at - 1));
    if (!units || !append_utf16(out, *units)) return not_utf7();
    if (end == at + 1) out += '&';
    at = end + 1;
  }
  // Names are told apart by their octets: only the one way of writing that we use ourselves is taken.
  if (!is_utf8(out) || format_utf7_name(out) != name) return not_utf7();
  return out;
}

Result<std::string> parse_mailbox_name(std::string_view name, NameEncoding encoding) {
  std::string decoded(name);
  if (encoding == NameEncoding::Utf7) {
    PARAPH_TRY(decoded, parse_utf7_name(name));
  } else if (!is_utf8(name)) {
    return fail(Code::BadInput, "the mailbox name is not UTF-8");
  }
  if (below_inbox(decoded)) decoded.replace(0, 5, "INBOX");
  return decoded;
}

Result<> check_mailbox_name(std::string_view name) {
  const auto levels = split(name, '/');
  if (std::ranges::any_of(levels, &std::string_view::empty))
    return fail(Code::BadInput, "a mailbox name has no empty level");
  if (name.size() > kMailboxNameBytesMax) return fail(Code::BadInput, "a mailbox name has at most 1000 octets");
  if (levels.size() > kMailboxLevelsMax) return fail(Code::BadInput, "a mailbox name has at most 32 levels");
  const auto unwanted = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f' || c == '*' || c == '%'; };
  if (std::ranges::any_of(name, unwanted))
    return fail(Code::BadInput, "a mailbox name holds no control character, * or %");
  return {};
}

// Adjacent wildcards are one: `*` if any of them is.
NamePattern::Automaton::Automaton(std::string_view pattern) {
  std::string tokens;
  for (char c : pattern) {
    const bool wild = c == '*' || c == '%';
    if (!wild || tokens.empty() || (tokens.back() != '*' && tokens.back() != '%')) {
      tokens += c;
    } else if (c == '*') {
      tokens.back() = '*';
    }
  }
  length_ = tokens.size();
  if (length_ > 2 * kMailboxNameBytesMax + 1) return;
  const std::size_t words = length_ / 64 + 1;
  masks_.assign(1, Words(words));
  star_.resize(words);
  wild_.resize(words);
  for (std::size_t i = 0; i < length_; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (tokens[i] == '*') star_[i / 64] |= bit;
    if (tokens[i] == '*' || tokens[i] == '%') {
      wild_[i / 64] |= bit;
      continue;
    }
    auto& index = mask_index_[static_cast<unsigned char>(tokens[i])];
    if (index == 0) {
      index = static_cast<std::uint16_t>(masks_.size());
      masks_.emplace_back(words);
    }
    masks_[index][i / 64] |= bit;
  }
}

// A wildcard may stand for nothing: the state at it is also the state after it.
void NamePattern::Automaton::pass_wildcards(Words& states) const {
  std::uint64_t carry = 0;
  for (std::size_t w = 0; w < states.size(); ++w) {
    const std::uint64_t at_wildcard = states[w] & wild_[w];
    states[w] |= at_wildcard << 1 | carry;
    carry = at_wildcard >> 63;
  }
}

bool NamePattern::Automaton::matches(std::string_view name) const {
  if (masks_.empty() || name.size() > kMailboxNameBytesMax) return false;
  Words states(star_.size());
  states[0] = 1;
  pass_wildcards(states);
  for (char c : name) {
    const Words& mask = masks_[mask_index_[static_cast<unsigned char>(c)]];
    const Words& stay = c == '/' ? star_ : wild_;
    std::uint64_t carry = 0;
    for (std::size_t w = 0; w < states.size(); ++w) {
      const std::uint64_t onward = states[w] & mask[w];
      states[w] = (states[w] & stay[w]) | onward << 1 | carry;
      carry = onward >> 63;
    }
    pass_wildcards(states);
  }
  return (states[length_ / 64] >> (length_ % 64) & 1) != 0;
}

namespace {
std::string with_upper_inbox(std::string pattern) {
  if (istarts_with(pattern, "INBOX")) pattern.replace(0, 5, "INBOX");
  return pattern;
}
}  // namespace

NamePattern::NamePattern(std::string_view reference, std::string_view pattern)
    : pattern_(std::string(reference) + std::string(pattern)),
      inbox_(with_upper_inbox(std::string(reference) + std::string(pattern))),
      matches_inbox_(Automaton(uppered(std::string(reference) + std::string(pattern))).matches("INBOX")) {}

bool NamePattern::matches(std::string_view name) const {
  if (name == "INBOX") return matches_inbox_;
  return below_inbox(name) ? inbox_.matches(name) : pattern_.matches(name);
}

}  // namespace paraph::imap
