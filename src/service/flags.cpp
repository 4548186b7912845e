#include "service/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace paraph::service {
namespace {

constexpr std::size_t kKeywordBytesMax = 255;

bool before(const std::string& a, const std::string& b) {
  return std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower);
}

/// RFC 9051 §9: ATOM-CHAR, which is ASCII without controls, blanks and specials.
bool is_keyword(std::string_view text) {
  if (text.empty() || text.size() > kKeywordBytesMax) return false;
  return std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7F' && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
  });
}

std::vector<std::string> sorted(std::vector<std::string> keywords) {
  std::ranges::sort(keywords, before);
  const auto doubles = std::ranges::unique(keywords, [](const auto& a, const auto& b) { return iequals(a, b); });
  keywords.erase(doubles.begin(), doubles.end());
  return keywords;
}

}  // namespace

Result<mail::Flags> changed_flags(const mail::Flags& now, mail::FlagChange change, const mail::Flags& given,
                                  std::size_t keywords_max) {
  if (change != mail::FlagChange::Remove && !std::ranges::all_of(given.keywords, is_keyword)) {
    return fail(Code::BadInput, "a keyword is one atom of at most 255 characters");
  }
  const std::vector<std::string> named = sorted(given.keywords);
  mail::Flags flags;
  switch (change) {
    case mail::FlagChange::Replace:
      flags = {.system = given.system, .keywords = named};
      break;
    case mail::FlagChange::Add:
      flags.system = now.system | given.system;
      std::ranges::set_union(now.keywords, named, std::back_inserter(flags.keywords), before);
      break;
    case mail::FlagChange::Remove:
      flags.system = static_cast<std::uint8_t>(now.system & ~given.system);
      std::ranges::set_difference(now.keywords, named, std::back_inserter(flags.keywords), before);
      break;
  }
  if (flags.keywords.size() > keywords_max) {
    return fail(Code::TooLarge, fmt::format("a message has at most {} keywords", keywords_max));
  }
  return flags;
}

}  // namespace paraph::service
