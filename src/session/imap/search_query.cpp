#include "session/imap/search_query.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mime/header.h"
#include "session/imap/fold.h"

namespace paraph::session_imap {
namespace {

using Kind = imap::SearchKey::Kind;

Verdict verdict(bool yes) { return yes ? Verdict::Yes : Verdict::No; }

bool holds(std::string_view folded, std::string_view needle) { return folded.find(needle) != std::string_view::npos; }

bool holds_address(const std::vector<mail::NamedAddress>& addresses, std::string_view needle) {
  return std::ranges::any_of(addresses, [needle](const mail::NamedAddress& one) {
    return holds(fold(mime::decode_words(one.name) + " <" + one.address.text() + ">"), needle);
  });
}

bool has_keyword(const mail::Flags& flags, std::string_view keyword) {
  return std::ranges::any_of(flags.keywords, [keyword](const auto& one) { return iequals(one, keyword); });
}

/// The day that a Date field names, its time and zone disregarded (RFC 9051 §6.4.4): "Wed, 17 Jul 1996 02:23:25 -0700".
std::optional<std::chrono::sys_days> written_day(std::string_view date) {
  constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto comma = date.find(',');
  if (comma != std::string_view::npos) date.remove_prefix(comma + 1);
  const auto rest = trimmed(date);
  std::vector<std::string_view> words;
  for (const auto word : split(rest, ' ')) {
    if (!word.empty() && words.size() < 3) words.push_back(word);
  }
  if (words.size() == 3) {
    const auto day = parse_decimal(words[0]);
    const auto* month = std::ranges::find(kMonths, lowered(words[1]));
    const auto year = parse_decimal(words[2]);
    if (day && month != kMonths.end() && year && words[2].size() == 4) {
      const auto number = static_cast<unsigned>(month - kMonths.begin()) + 1;
      const std::chrono::year_month_day ymd{std::chrono::year(static_cast<int>(*year)), std::chrono::month(number),
                                            std::chrono::day(static_cast<unsigned>(std::min<std::uint64_t>(*day, 99)))};
      if (ymd.ok()) return std::chrono::sys_days(ymd);
    }
  }
  const auto time = mime::parse_date(date);
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}

}  // namespace

FoldedFields fold_fields(std::string_view header) {
  FoldedFields fields;
  for (const auto& field : mime::Fields(header)) {
    fields.emplace_back(lowered(field.name), fold(mime::decode_words(mime::unfold(field.value))));
  }
  return fields;
}

Result<Query> Query::compile(const imap::SearchKey& key, std::string_view charset, const View& view) {
  if (!charset.empty() && charset != "US-ASCII" && charset != "UTF-8") {
    return fail(Code::Unsupported, "searches are in US-ASCII or UTF-8");
  }
  Query query;
  PARAPH_TRY(query.root_, compile_node(key, view));
  return query;
}

Result<Query::Node> Query::compile_node(const imap::SearchKey& key, const View& view) {
  if (!is_utf8(key.text)) return fail(Code::BadInput, "the text to search for is not UTF-8");
  Node node{.kind = key.kind,
            .flag = key.flag,
            .text = fold(key.text),
            .field = lowered(key.field),
            .date = key.date,
            .number = key.number};
  if (key.kind == Kind::Sequence) {
    PARAPH_TRY(const auto picked, view.pick(key.set, imap::Numbers::Sequence));
    for (const auto& range : picked) node.set.push_back({range.begin + 1, range.end});
  }
  if (key.kind == Kind::Uid) node.set = imap::resolve(key.set, view.last().value);
  for (const auto& child : key.children) {
    PARAPH_TRY(auto compiled, compile_node(child, view));
    node.children.push_back(std::move(compiled));
  }
  return node;
}

Verdict Query::ask(const Node& node, const Subject& subject) {
  switch (node.kind) {
    case Kind::All:
      return Verdict::Yes;
    case Kind::And:
      return ask_all(node, subject);
    case Kind::Or:
      return ask_either(node, subject);
    case Kind::Not: {
      const auto inner = ask(node.children.front(), subject);
      return inner == Verdict::Unknown ? inner : verdict(inner == Verdict::No);
    }
    case Kind::Sequence:
      return verdict(imap::contains(node.set, subject.index + 1));
    case Kind::Uid:
      return verdict(imap::contains(node.set, subject.uid.value));
    case Kind::Recent:
      return verdict(subject.recent);
    case Kind::Old:
      return verdict(!subject.recent);
    default:
      return ask_entry(node, subject);
  }
}

Verdict Query::ask_all(const Node& node, const Subject& subject) {
  auto all = Verdict::Yes;
  for (const auto& child : node.children) {
    const auto one = ask(child, subject);
    if (one == Verdict::No) return one;
    if (one == Verdict::Unknown) all = one;
  }
  return all;
}

Verdict Query::ask_either(const Node& node, const Subject& subject) {
  auto any = Verdict::No;
  for (const auto& child : node.children) {
    const auto one = ask(child, subject);
    if (one == Verdict::Yes) return one;
    if (one == Verdict::Unknown) any = one;
  }
  return any;
}

Verdict Query::ask_entry(const Node& node, const Subject& subject) {
  if (node.kind == Kind::New && !subject.recent) return Verdict::No;
  if (subject.entry == nullptr) return Verdict::Unknown;
  const auto& entry = *subject.entry;
  const auto day = std::chrono::floor<std::chrono::days>(entry.internal_date);
  switch (node.kind) {
    case Kind::Flag:
      return verdict(entry.flags.has(node.flag));
    case Kind::Unflag:
      return verdict(!entry.flags.has(node.flag));
    case Kind::New:
      return verdict(!entry.flags.has(mail::Flag::Seen));
    case Kind::Keyword:
      return verdict(has_keyword(entry.flags, node.text));
    case Kind::Unkeyword:
      return verdict(!has_keyword(entry.flags, node.text));
    case Kind::Before:
      return verdict(day < node.date);
    case Kind::On:
      return verdict(day == node.date);
    case Kind::Since:
      return verdict(day >= node.date);
    case Kind::Larger:
      return verdict(entry.size > node.number);
    case Kind::Smaller:
      return verdict(entry.size < node.number);
    default:
      return ask_message(node, subject);
  }
}

Verdict Query::ask_message(const Node& node, const Subject& subject) {
  if (node.kind == Kind::Header) return ask_fields(node, subject);
  if (node.kind == Kind::Body || node.kind == Kind::Text) return ask_text(node, subject);
  if (subject.message == nullptr) return Verdict::Unknown;
  static const mail::Envelope kNone;
  const auto& root = subject.message->structure.root();
  const auto& envelope = root.envelope ? *root.envelope : kNone;
  const auto sent = [&](auto fits) {
    const auto day = written_day(envelope.date);
    return verdict(day && fits(*day));
  };
  switch (node.kind) {
    case Kind::From:
      return verdict(holds_address(envelope.from, node.text));
    case Kind::To:
      return verdict(holds_address(envelope.to, node.text));
    case Kind::Cc:
      return verdict(holds_address(envelope.cc, node.text));
    case Kind::Bcc:
      return verdict(holds_address(envelope.bcc, node.text));
    case Kind::Subject:
      return verdict(holds(fold(mime::decode_words(envelope.subject)), node.text));
    case Kind::SentBefore:
      return sent([&](auto day) { return day < node.date; });
    case Kind::SentOn:
      return sent([&](auto day) { return day == node.date; });
    default:
      return sent([&](auto day) { return day >= node.date; });
  }
}

Verdict Query::ask_fields(const Node& node, const Subject& subject) {
  if (subject.fields == nullptr) return Verdict::Unknown;
  return verdict(std::ranges::any_of(
      *subject.fields, [&](const auto& field) { return field.first == node.field && holds(field.second, node.text); }));
}

Verdict Query::ask_text(const Node& node, const Subject& subject) {
  if (node.kind == Kind::Text) {
    if (subject.fields == nullptr) return Verdict::Unknown;
    const auto in_field = [&](const auto& field) { return holds(field.first + ": " + field.second, node.text); };
    if (std::ranges::any_of(*subject.fields, in_field)) return Verdict::Yes;
  }
  if (subject.text == nullptr) return Verdict::Unknown;
  return verdict(holds(*subject.text, node.text));
}

}  // namespace paraph::session_imap
