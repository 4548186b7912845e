#include "wire/smtp/extensions.h"

#include <algorithm>
#include <span>

#include "base/text.h"

namespace paraph::smtp {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  auto words = split(line, ' ');
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

using Words = std::span<const std::string_view>;

void take_mechanisms(Extensions& into, Words words) {
  for (const auto word : words) {
    auto name = uppered(word);
    if (!into.has_mechanism(name)) into.auth.push_back(std::move(name));
  }
}

// RFC 9422 §4: name "=" value.
void take_limits(Extensions& into, Words words) {
  for (const auto word : words) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const auto value = parse_decimal(word.substr(equals + 1)).value_or(0);
    if (iequals(word.substr(0, equals), "RCPTMAX")) into.rcpt_max = value;
    if (iequals(word.substr(0, equals), "MAILMAX")) into.mail_max = value;
  }
}

struct Flag {
  std::string_view keyword;
  bool Extensions::* member;
};
constexpr Flag kFlags[] = {{"PIPELINING", &Extensions::pipelining},
                           {"8BITMIME", &Extensions::eight_bit_mime},
                           {"BINARYMIME", &Extensions::binary_mime},
                           {"CHUNKING", &Extensions::chunking},
                           {"SMTPUTF8", &Extensions::smtputf8},
                           {"DSN", &Extensions::dsn},
                           {"STARTTLS", &Extensions::starttls},
                           {"REQUIRETLS", &Extensions::require_tls},
                           {"SIZE", &Extensions::size},
                           {"ENHANCEDSTATUSCODES", &Extensions::enhanced_codes}};

void take_line(Extensions& into, std::string_view line) {
  const auto words = words_of(line);
  if (words.empty()) return;
  const auto keyword = words.front();
  const auto rest = Words(words).subspan(1);
  for (const auto& flag : kFlags) {
    if (iequals(keyword, flag.keyword)) into.*flag.member = true;
  }
  if (iequals(keyword, "SIZE") && !rest.empty()) into.size_max = parse_decimal(rest.front()).value_or(0);
  if (iequals(keyword, "AUTH")) take_mechanisms(into, rest);
  // As servers wrote it before RFC 2554, and some still do besides.
  if (istarts_with(keyword, "AUTH=")) {
    const auto first = keyword.substr(5);
    take_mechanisms(into, Words(&first, 1));
    take_mechanisms(into, rest);
  }
  if (iequals(keyword, "LIMITS")) take_limits(into, rest);
}

}  // namespace

bool Extensions::has_mechanism(std::string_view name) const { return std::ranges::find(auth, name) != auth.end(); }

Extensions parse_extensions(const Reply& ehlo) {
  Extensions found;
  const auto lines = split(ehlo.text, '\n');
  for (const auto line : std::span(lines).subspan(1)) take_line(found, line);
  return found;
}

}  // namespace paraph::smtp
