#include "wire/imap/format.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "wire/imap/grammar.h"

namespace paraph::imap {
namespace {

constexpr std::size_t kQuotedBytesMax = 1000;
constexpr std::size_t kConditionBytesMax = 1000;

enum Class : std::uint8_t { Plain = 0, Escaped = 1, InLiteral = 2 };

constexpr std::array<std::uint8_t, 256> classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0x80; c < 256; ++c) table[c] = InLiteral;
  table['\0'] = table['\r'] = table['\n'] = InLiteral;
  table['"'] = table['\\'] = Escaped;
  return table;
}
constexpr auto kClasses = classes();

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_literal(std::string& out, std::string_view text) {
  append_literal_start(out, text.size());
  const auto begin = out.size();
  out += text;
  std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '\0', '?');
}

void append_two_digits(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

/// Puts a space before each but the first of what it counts.
class Spaced {
 public:
  explicit Spaced(std::string& out) : out_(out) {}
  void put(std::string_view word) {
    if (!first_) out_ += ' ';
    first_ = false;
    out_ += word;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view name_of(mail::SpecialUse use) {
  switch (use) {
    case mail::SpecialUse::Sent:
      return "\\Sent";
    case mail::SpecialUse::Drafts:
      return "\\Drafts";
    case mail::SpecialUse::Trash:
      return "\\Trash";
    case mail::SpecialUse::Junk:
      return "\\Junk";
    case mail::SpecialUse::Greetings:
    case mail::SpecialUse::None:
      break;
  }
  return "";
}

std::string_view name_of(Condition condition) {
  switch (condition) {
    case Condition::Ok:
      return "OK";
    case Condition::No:
      return "NO";
    case Condition::Bad:
      return "BAD";
    case Condition::Bye:
      return "BYE";
    case Condition::PreAuth:
      break;
  }
  return "PREAUTH";
}

void append_section(std::string& out, const Section& section) {
  using What = Section::What;
  out += '[';
  for (const auto number : section.path) {
    append_number(out, number);
    out += '.';
  }
  switch (section.what) {
    case What::Whole:
      out.resize(out.size() - (section.path.empty() ? 0 : 1));
      break;
    case What::Header:
      out += "HEADER";
      break;
    case What::HeaderFields:
      out += "HEADER.FIELDS (";
      break;
    case What::HeaderFieldsNot:
      out += "HEADER.FIELDS.NOT (";
      break;
    case What::Text:
      out += "TEXT";
      break;
    case What::Mime:
      out += "MIME";
      break;
  }
  if (section.what == What::HeaderFields || section.what == What::HeaderFieldsNot) {
    for (const auto& field : section.fields) {
      if (&field != &section.fields.front()) out += ' ';
      append_astring(out, field);
    }
    out += ')';
  }
  out += ']';
}

}  // namespace

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_string(std::string& out, std::string_view text) {
  std::uint8_t found = Plain;
  for (char c : text) found |= kClasses[static_cast<unsigned char>(c)];
  if (found == Plain && text.size() <= kQuotedBytesMax) {
    out += '"';
    out += text;
    out += '"';
  } else if (found == Escaped && text.size() <= kQuotedBytesMax) {
    append_quoted(out, text);
  } else {
    append_literal(out, text);
  }
}

void append_nstring(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "NIL";
  } else {
    append_string(out, text);
  }
}

void append_astring(std::string& out, std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_astring_char) && !iequals(text, "NIL")) {
    out += text;
  } else {
    append_string(out, text);
  }
}

void append_literal_start(std::string& out, std::uint64_t bytes) {
  out += '{';
  append_number(out, bytes);
  out += "}\r\n";
}

void append_literal8_start(std::string& out, std::uint64_t bytes) {
  out += '~';
  append_literal_start(out, bytes);
}

void append_mailbox(std::string& out, std::string_view name, NameEncoding encoding) {
  if (is_ascii(name) && !name.contains('&')) {
    append_astring(out, name);
  } else if (encoding == NameEncoding::Utf8) {
    append_quoted(out, name);
  } else {
    append_astring(out, format_utf7_name(name));
  }
}

void append_flags(std::string& out, const mail::Flags& flags, Recent recent) {
  using mail::Flag;
  Spaced words(out);
  out += '(';
  if (recent == Recent::Yes) words.put("\\Recent");
  if (flags.has(Flag::Answered)) words.put("\\Answered");
  if (flags.has(Flag::Flagged)) words.put("\\Flagged");
  if (flags.has(Flag::Deleted)) words.put("\\Deleted");
  if (flags.has(Flag::Seen)) words.put("\\Seen");
  if (flags.has(Flag::Draft)) words.put("\\Draft");
  for (const auto& keyword : flags.keywords) words.put(keyword);
  out += ')';
}

void append_internal_date(std::string& out, Time date) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(date);
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day day(days);
  const std::chrono::hh_mm_ss time(seconds - days);
  const auto year = static_cast<unsigned>(std::clamp(static_cast<int>(day.year()), 0, 9999));
  const auto two = [&](auto value) { append_two_digits(out, static_cast<unsigned>(value)); };
  out += '"';
  two(static_cast<unsigned>(day.day()));
  out += '-';
  out += kMonths.substr(3 * (static_cast<unsigned>(day.month()) - 1), 3);
  out += '-';
  two(year / 100);
  two(year % 100);
  out += ' ';
  two(time.hours().count());
  out += ':';
  two(time.minutes().count());
  out += ':';
  two(time.seconds().count());
  out += " +0000\"";
}

void append_fetch_name(std::string& out, const FetchItem& item) {
  using Kind = FetchItem::Kind;
  switch (item.kind) {
    case Kind::Envelope:
      out += "ENVELOPE";
      return;
    case Kind::Flags:
      out += "FLAGS";
      return;
    case Kind::InternalDate:
      out += "INTERNALDATE";
      return;
    case Kind::Rfc822:
      out += "RFC822";
      return;
    case Kind::Rfc822Header:
      out += "RFC822.HEADER";
      return;
    case Kind::Rfc822Text:
      out += "RFC822.TEXT";
      return;
    case Kind::Rfc822Size:
      out += "RFC822.SIZE";
      return;
    case Kind::Body:
      out += "BODY";
      return;
    case Kind::BodyStructure:
      out += "BODYSTRUCTURE";
      return;
    case Kind::Uid:
      out += "UID";
      return;
    case Kind::Section:
      out += "BODY";
      break;
    case Kind::Binary:
      out += "BINARY";
      break;
    case Kind::BinarySize:
      out += "BINARY.SIZE";
      break;
  }
  append_section(out, item.section);
  if (!item.partial) return;
  out += '<';
  append_number(out, item.partial->offset);
  out += '>';
}

void append_fetch_start(std::string& out, std::uint32_t sequence_number) {
  out += "* ";
  append_number(out, sequence_number);
  out += " FETCH (";
}

void append_ranges(std::string& out, std::span<const NumberRange> ranges) {
  for (const auto& range : ranges) {
    if (&range != &ranges.front()) out += ',';
    append_number(out, range.first);
    if (range.last == range.first) continue;
    out += ':';
    append_number(out, range.last);
  }
}

void append_uids(std::string& out, const std::vector<Uid>& ascending) { append_ranges(out, compact(ascending)); }

void append_status(std::string& out, std::string_view mailbox, NameEncoding encoding, StatusItem items,
                   const StatusValues& values) {
  out += "* STATUS ";
  append_mailbox(out, mailbox, encoding);
  out += " (";
  Spaced words(out);
  const auto put = [&](StatusItem item, std::string_view name, std::uint64_t value) {
    if (!has(items, item)) return;
    words.put(name);
    append_number(out, value);
  };
  put(StatusItem::Messages, "MESSAGES ", values.messages);
  put(StatusItem::Recent, "RECENT ", values.recent);
  put(StatusItem::UidNext, "UIDNEXT ", values.uid_next);
  put(StatusItem::UidValidity, "UIDVALIDITY ", values.uid_validity);
  put(StatusItem::Unseen, "UNSEEN ", values.unseen);
  put(StatusItem::Deleted, "DELETED ", values.deleted);
  put(StatusItem::Size, "SIZE ", values.size);
  put(StatusItem::HighestModSeq, "HIGHESTMODSEQ ", values.highest_modseq);
  out += ")\r\n";
}

void append_list(std::string& out, ListVerb verb, ListAttribute attributes, mail::SpecialUse use,
                 std::string_view mailbox, NameEncoding encoding) {
  constexpr std::array<std::pair<ListAttribute, std::string_view>, 8> kNames{
      {{ListAttribute::NoInferiors, "\\Noinferiors"},
       {ListAttribute::NoSelect, "\\Noselect"},
       {ListAttribute::NonExistent, "\\NonExistent"},
       {ListAttribute::HasChildren, "\\HasChildren"},
       {ListAttribute::HasNoChildren, "\\HasNoChildren"},
       {ListAttribute::Marked, "\\Marked"},
       {ListAttribute::Unmarked, "\\Unmarked"},
       {ListAttribute::Subscribed, "\\Subscribed"}}};
  out += verb == ListVerb::List ? "* LIST (" : "* LSUB (";
  Spaced words(out);
  for (const auto& [attribute, name] : kNames) {
    if (has(attributes, attribute)) words.put(name);
  }
  if (!name_of(use).empty()) words.put(name_of(use));
  out += ") \"/\" ";
  append_mailbox(out, mailbox, encoding);
  out += "\r\n";
}

void append_condition(std::string& out, std::string_view tag, Condition condition, std::string_view code,
                      std::string_view text) {
  out += tag;
  out += ' ';
  out += name_of(condition);
  out += ' ';
  if (!code.empty()) {
    out += '[';
    out += code;
    out += "] ";
  }
  for (char c : text.substr(0, kConditionBytesMax)) out += c >= ' ' && c < '\x7f' ? c : '?';
  if (text.empty()) out += "done";
  out += "\r\n";
}

void append_appenduid(std::string& out, std::uint32_t uid_validity, Uid uid) {
  out += "APPENDUID ";
  append_number(out, uid_validity);
  out += ' ';
  append_number(out, uid.value);
}

void append_copyuid(std::string& out, std::uint32_t uid_validity, const std::vector<Uid>& from,
                    const std::vector<Uid>& to) {
  out += "COPYUID ";
  append_number(out, uid_validity);
  out += ' ';
  append_uids(out, from);
  out += ' ';
  append_uids(out, to);
}

}  // namespace paraph::imap
