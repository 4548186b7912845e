#include "dmarc/record.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"

namespace paraph::dmarc {
namespace {

constexpr std::array<std::string_view, 3> kDispositions = {"none", "quarantine", "reject"};

struct Tag {
  std::string_view name, value;
};

/// The tags of the form NAME=VALUE, others left out.
std::vector<Tag> tags_of(std::string_view text) {
  std::vector<Tag> tags;
  for (const auto piece : split(text, ';')) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    tags.push_back({trimmed(piece.substr(0, equals)), trimmed(piece.substr(equals + 1))});
  }
  return tags;
}

/// The first tag of that name; a second one says nothing.
std::optional<std::string_view> value_of(const std::vector<Tag>& tags, std::string_view name) {
  const auto found = std::ranges::find_if(tags, [&](const Tag& tag) { return iequals(tag.name, name); });
  if (found == tags.end()) return std::nullopt;
  return found->value;
}

std::optional<Disposition> disposition_of(std::string_view value) {
  const auto found = std::ranges::find_if(kDispositions, [&](auto each) { return iequals(each, value); });
  if (found == kDispositions.end()) return std::nullopt;
  return static_cast<Disposition>(found - kDispositions.begin());
}

Alignment alignment_of(const std::vector<Tag>& tags, std::string_view name) {
  const auto value = value_of(tags, name);
  return value && iequals(*value, "s") ? Alignment::Strict : Alignment::Relaxed;
}

/// Is one of a comma-separated list a URI with something after its scheme?
bool wants_reports(const std::vector<Tag>& tags) {
  const auto value = value_of(tags, "rua");
  if (!value) return false;
  return std::ranges::any_of(split(*value, ','), [](std::string_view each) {
    const auto uri = trimmed(each);
    return istarts_with(uri, "mailto:") && uri.size() > 7;
  });
}

}  // namespace

std::string_view name_of(Disposition disposition) { return kDispositions.at(static_cast<std::size_t>(disposition)); }

bool is_record(std::string_view text) {
  const auto first = text.substr(0, text.find(';'));
  const auto equals = first.find('=');
  if (equals == std::string_view::npos) return false;
  // The version is the first tag, and its value is exactly this (§6.3).
  return iequals(trimmed(first.substr(0, equals)), "v") && trimmed(first.substr(equals + 1)) == "DMARC1";
}

Result<Record> parse_record(std::string_view text) {
  if (!is_record(text)) return fail(Code::BadInput, "no record of DMARC");
  const auto tags = tags_of(text);
  const auto p = value_of(tags, "p");
  const auto sp = value_of(tags, "sp");
  auto domain = p ? disposition_of(*p) : std::nullopt;
  auto subdomains = sp ? disposition_of(*sp) : domain;
  if (!domain || !subdomains) {
    if (!wants_reports(tags)) return fail(Code::BadInput, "the record has no right policy");
    domain = subdomains = Disposition::None;
  }
  Record record{.domain = *domain,
                .subdomains = *subdomains,
                .dkim = alignment_of(tags, "adkim"),
                .spf = alignment_of(tags, "aspf")};
  if (const auto pct = value_of(tags, "pct")) {
    const auto percent = parse_decimal(*pct);
    if (percent && *percent <= 100) record.percent = static_cast<unsigned>(*percent);
  }
  return record;
}

}  // namespace paraph::dmarc
