#include <algorithm>
#include <array>

#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

using Kind = FetchItem::Kind;

constexpr std::size_t kSectionPathMax = 100;

struct ItemName {
  std::string_view name;
  Kind kind;
};
constexpr std::array<ItemName, 10> kPlainItems{{{"ENVELOPE", Kind::Envelope},
                                                {"FLAGS", Kind::Flags},
                                                {"INTERNALDATE", Kind::InternalDate},
                                                {"RFC822", Kind::Rfc822},
                                                {"RFC822.HEADER", Kind::Rfc822Header},
                                                {"RFC822.TEXT", Kind::Rfc822Text},
                                                {"RFC822.SIZE", Kind::Rfc822Size},
                                                {"BODY", Kind::Body},
                                                {"BODYSTRUCTURE", Kind::BodyStructure},
                                                {"UID", Kind::Uid}}};

struct SectionItemName {
  std::string_view name;
  Kind kind;
  bool peek;
};
constexpr std::array<SectionItemName, 5> kSectionItems{{{"BODY", Kind::Section, false},
                                                        {"BODY.PEEK", Kind::Section, true},
                                                        {"BINARY", Kind::Binary, false},
                                                        {"BINARY.PEEK", Kind::Binary, true},
                                                        {"BINARY.SIZE", Kind::BinarySize, true}}};

bool is_name_char(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '.'; }

// header-list = "(" header-fld-name *(SP header-fld-name) ")"
Result<> header_list(Cursor& cursor, Section& section) {
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_CHECK(cursor.need('('));
  do {
    PARAPH_TRY(auto field, astring(cursor));
    section.fields.push_back(std::move(field));
  } while (cursor.take(' '));
  return cursor.need(')');
}

// section-text; MIME only below a part
Result<> section_text(Cursor& cursor, Section& section) {
  if (cursor.take("HEADER.FIELDS.NOT")) {
    section.what = Section::What::HeaderFieldsNot;
    return header_list(cursor, section);
  }
  if (cursor.take("HEADER.FIELDS")) {
    section.what = Section::What::HeaderFields;
    return header_list(cursor, section);
  }
  if (cursor.take("HEADER")) {
    section.what = Section::What::Header;
  } else if (cursor.take("TEXT")) {
    section.what = Section::What::Text;
  } else if (!section.path.empty() && cursor.take("MIME")) {
    section.what = Section::What::Mime;
  } else {
    return cursor.expected("a part number, HEADER, TEXT or MIME");
  }
  return {};
}

enum class Text { Allowed, Refused };

// After "[": section-spec "]"; BINARY has part numbers only
Result<Section> section(Cursor& cursor, Text text) {
  Section section;
  if (cursor.take(']')) return section;
  do {
    if (!is_digit(cursor.peek()) && text == Text::Allowed) {
      PARAPH_CHECK(section_text(cursor, section));
      break;
    }
    if (section.path.size() == kSectionPathMax) return fail(Code::TooLarge, "a section has at most 100 part numbers");
    PARAPH_TRY(const auto number, nz_number(cursor));
    section.path.push_back(number);
  } while (cursor.take('.'));
  PARAPH_CHECK(cursor.need(']'));
  return section;
}

// After "<": number64 "." nz-number64 ">"
Result<Partial> partial(Cursor& cursor) {
  Partial partial;
  PARAPH_TRY(partial.offset, number64(cursor));
  PARAPH_CHECK(cursor.need('.'));
  PARAPH_TRY(partial.bytes, number64(cursor));
  if (partial.bytes == 0) return cursor.expected("a number of octets that is not 0");
  PARAPH_CHECK(cursor.need('>'));
  return partial;
}

// fetch-att
Result<FetchItem> fetch_att(Cursor& cursor) {
  const Cursor before = cursor;
  const auto name = cursor.take_while(is_name_char);
  const auto named = [&](const auto& item) { return iequals(item.name, name); };
  if (!cursor.take('[')) {
    const auto plain = std::ranges::find_if(kPlainItems, named);
    if (plain == kPlainItems.end()) return before.expected("a FETCH item");
    return FetchItem{.kind = plain->kind};
  }
  const auto known = std::ranges::find_if(kSectionItems, named);
  if (known == kSectionItems.end()) return before.expected("a FETCH item");
  FetchItem item{.kind = known->kind, .peek = known->peek};
  PARAPH_TRY(item.section, section(cursor, item.kind == Kind::Section ? Text::Allowed : Text::Refused));
  if (item.kind != Kind::BinarySize && cursor.take('<')) {
    PARAPH_TRY(item.partial, partial(cursor));
  }
  return item;
}

bool take_macro(Cursor& cursor, std::vector<FetchItem>& items) {
  struct Macro {
    std::string_view name;
    std::vector<Kind> kinds;
  };
  static const std::array<Macro, 3> kMacros{
      {{"ALL", {Kind::Flags, Kind::InternalDate, Kind::Rfc822Size, Kind::Envelope}},
       {"FAST", {Kind::Flags, Kind::InternalDate, Kind::Rfc822Size}},
       {"FULL", {Kind::Flags, Kind::InternalDate, Kind::Rfc822Size, Kind::Envelope, Kind::Body}}}};
  for (const auto& [name, kinds] : kMacros) {
    if (!cursor.take(name)) continue;
    for (const Kind kind : kinds) items.push_back({.kind = kind});
    return true;
  }
  return false;
}

}  // namespace

// RFC 9051 §6.4.5
Result<CommandBody> fetch(Cursor& cursor, Numbers numbers) {
  Fetch command{.numbers = numbers};
  PARAPH_CHECK(cursor.need(' '));
  PARAPH_TRY(command.set, sequence_set(cursor));
  PARAPH_CHECK(cursor.need(' '));
  if (take_macro(cursor, command.items)) return command;
  const bool several = cursor.take('(');
  do {
    if (command.items.size() == kFetchItemsMax) return fail(Code::TooLarge, "FETCH has at most 500 items");
    PARAPH_TRY(auto item, fetch_att(cursor));
    if (std::ranges::find(command.items, item) == command.items.end()) command.items.push_back(std::move(item));
  } while (several && cursor.take(' '));
  if (several) {
    PARAPH_CHECK(cursor.need(')'));
  }
  return command;
}

}  // namespace paraph::imap
