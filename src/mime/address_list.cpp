#include "mime/address_list.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "mime/tokens.h"
#include "mime/words.h"

namespace paraph::mime {
namespace {

constexpr std::size_t kAddressBytesMax = 254;  // RFC 5321 §4.5.3.1.3

bool is_literal_char(char c) { return c != ']' && c != '[' && c != '\\' && !is_fws(c); }
bool is_local_char(char c) { return is_atext(c) || c == '.'; }

/// Reads an address list one entry at a time.
class ListReader {
 public:
  ListReader(std::string_view raw, std::size_t max) : cursor_(raw), max_(max) {}

  std::vector<mail::NamedAddress> read() {
    while (!cursor_.at_end() && out_.size() < max_) {
      skip_cfws();
      if (cursor_.take(',')) {
        comment_.clear();
      } else if (cursor_.take(';')) {
        end_group();
      } else if (!cursor_.at_end()) {
        read_entry();
      }
    }
    end_group();
    return std::move(out_);
  }

 private:
  void skip_cfws() { cursor_.skip_cfws(&comment_); }

  void end_group() {
    comment_.clear();
    if (!std::exchange(in_group_, false)) return;
    out_.push_back({.group_end = true});
  }

  void add(std::string name, mail::Address address) {
    skip_cfws();
    if (name.empty()) name = trimmed(comment_);
    comment_.clear();
    out_.push_back({.name = std::move(name), .address = std::move(address)});
  }

  /// One mailbox or the start of a group: words up to what tells which (RFC 5322 §3.4).
  void read_entry() {
    comment_.clear();
    std::string phrase;  ///< the words as a display name
    std::string local;   ///< the words as a local part: no blanks
    for (;;) {
      const std::size_t before = cursor_.at();
      if (auto text = cursor_.take_quoted()) {
        add_word(phrase, before, *text);
        local += *text;
      } else if (const auto word = cursor_.take_while(is_local_char); !word.empty()) {
        add_word(phrase, before, word);
        local += word;
      } else if (cursor_.take('@')) {
        return add(std::string(), {std::move(local), take_domain()});
      } else if (cursor_.take('<')) {
        return read_angle(std::move(phrase));
      } else if (cursor_.peek() == ':' && !in_group_ && !phrase.empty()) {
        cursor_.skip();
        in_group_ = true;
        out_.push_back({.address = {std::move(phrase), {}}, .group_start = true});
        return;
      } else if (cursor_.at_end() || cursor_.peek() == ',' || cursor_.peek() == ';') {
        if (!local.empty()) add(std::string(), {std::move(local), {}});
        return;
      } else {
        cursor_.skip();  // an octet that belongs nowhere
      }
      skip_cfws();
    }
  }

  /// Words of a phrase are one space apart where blanks or comments stood between them.
  void add_word(std::string& phrase, std::size_t at, std::string_view word) {
    if (!phrase.empty() && at != word_end_) phrase += ' ';
    phrase += word;
    word_end_ = cursor_.at();
  }

  /// After "<": perhaps an obsolete route, then local and domain.
  void read_angle(std::string name) {
    skip_cfws();
    if (cursor_.peek() == '@') {
      cursor_.take_while([](char c) { return c != ':' && c != '>' && c != ';'; });
      cursor_.take(':');
    }
    mail::Address address;
    for (;;) {
      skip_cfws();
      if (auto text = cursor_.take_quoted()) {
        address.local += *text;
      } else if (const auto word = cursor_.take_while(is_local_char); !word.empty()) {
        address.local += word;
      } else {
        break;
      }
    }
    if (cursor_.take('@')) address.domain = take_domain();
    cursor_.take_while([](char c) { return c != '>' && c != ',' && c != ';'; });
    cursor_.take('>');
    add(std::move(name), std::move(address));
  }

  /// A dotted domain, blanks and comments around its dots left out, or a domain literal with its brackets.
  std::string take_domain() {
    skip_cfws();
    std::string domain;
    if (cursor_.take('[')) {
      domain = "[";
      for (;;) {
        domain += cursor_.take_while(is_literal_char);
        if (cursor_.at_end() || cursor_.peek() == ']') break;
        cursor_.skip();
      }
      cursor_.take(']');
      return domain + "]";
    }
    do {
      domain += cursor_.take_while(is_local_char);
      skip_cfws();
    } while (cursor_.peek() == '.' || (domain.ends_with('.') && is_local_char(cursor_.peek())));
    return domain;
  }

  Cursor cursor_;
  std::size_t max_;
  std::vector<mail::NamedAddress> out_;
  std::string comment_;
  std::size_t word_end_ = 0;
  bool in_group_ = false;
};

bool is_dot_atom(std::string_view text) {
  if (text.empty()) return false;
  return std::ranges::all_of(
      split(text, '.'), [](std::string_view atom) { return !atom.empty() && std::ranges::all_of(atom, is_atext); });
}

bool is_domain(std::string_view text) {
  if (!text.starts_with('[')) return is_dot_atom(text);
  return text.size() > 2 && text.ends_with(']') &&
         std::ranges::all_of(text.substr(1, text.size() - 2), is_literal_char);
}

}  // namespace

std::vector<mail::NamedAddress> parse_address_list(std::string_view raw, std::size_t max) {
  return ListReader(raw, max).read();
}

bool parse_address(std::string_view text, mail::Address& address) {
  if (text.size() > kAddressBytesMax || !is_utf8(text)) return false;
  Cursor cursor(text);
  std::string local;
  bool open = false;
  if (auto quoted_local = cursor.take_quoted(&open)) {
    local = std::move(*quoted_local);
  } else {
    local = cursor.take_while(is_local_char);
    if (!is_dot_atom(local)) return false;
  }
  if (open || !cursor.take('@')) return false;
  const std::string_view domain = text.substr(cursor.at());
  if (!is_domain(domain)) return false;
  address = {std::move(local), std::string(domain)};
  return true;
}

std::string format_addr_spec(const mail::Address& address) {
  if (address.null()) return {};
  return (is_dot_atom(address.local) ? address.local : quoted(address.local)) + "@" + address.domain;
}

std::string format_address(const mail::NamedAddress& address) {
  const std::string spec = format_addr_spec(address.address);
  if (address.name.empty()) return spec;
  std::string name = encode_words(address.name);
  const auto is_phrase_char = [](char c) { return is_atext(c) || c == ' '; };
  if (name == address.name && !std::ranges::all_of(name, is_phrase_char)) name = quoted(name);
  return name + " <" + spec + ">";
}

}  // namespace paraph::mime
