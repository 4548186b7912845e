#include "dkim/tags.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::dkim {
namespace {

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

bool is_tag_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

/// VALCHAR and FWS, and what is not ASCII (RFC 8616).
bool is_tag_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet > ' ' ? octet != 127 : c == ' ' || c == '\t' || c == '\r' || c == '\n';
  });
}

}  // namespace

Result<TagList> TagList::parse(std::string_view text) {
  if (text.size() > kTagListBytesMax) return fail(Code::BadInput, "the tag list is too long");
  TagList list;
  std::size_t begin = 0;
  const auto pieces = split(text, ';');
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view piece = pieces[i];
    const std::size_t end = begin + piece.size();
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) {
      const bool last = i + 1 == pieces.size() && trimmed(piece).empty();
      if (!last) return fail(Code::BadInput, "a tag has no \"=\"");
      break;
    }
    Tag tag{.name = std::string(trimmed(piece.substr(0, equals))),
            .value = std::string(trimmed(piece.substr(equals + 1))),
            .value_begin = begin + equals + 1,
            .value_end = end};
    if (!is_tag_name(tag.name) || !is_tag_value(tag.value)) return fail(Code::BadInput, "a tag cannot be read");
    if (list.find(tag.name) != nullptr) return fail(Code::BadInput, "a tag stands twice");
    if (list.tags_.size() == kTagsMax) return fail(Code::BadInput, "there are too many tags");
    list.tags_.push_back(std::move(tag));
    begin = end + 1;
  }
  return list;
}

const Tag* TagList::find(std::string_view name) const& {
  const auto found = std::ranges::find(tags_, name, &Tag::name);
  return found == tags_.end() ? nullptr : &*found;
}

std::string_view TagList::value(std::string_view name) const& {
  const Tag* const tag = find(name);
  return tag == nullptr ? std::string_view() : std::string_view(tag->value);
}

std::string without_blanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::vector<std::string> colon_list(std::string_view value) {
  std::vector<std::string> items;
  for (const auto item : split(value, ':')) {
    auto text = without_blanks(item);
    if (!text.empty()) items.push_back(std::move(text));
  }
  return items;
}

}  // namespace paraph::dkim
