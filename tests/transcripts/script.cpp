#include "script.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"
#include "crypto/base64.h"

namespace paraph::transcripts {
namespace {

[[noreturn]] void wrong(std::size_t line, std::string_view what) {
  throw std::runtime_error("line " + std::to_string(line) + ": " + std::string(what));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const auto word : split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

/// `C2: text`, `S...: text`.
Step parse_dialogue(std::string_view line, std::size_t number) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) wrong(number, "neither C:, S:, @ nor #");
  Step step{.kind = line.front() == 'C' ? Step::Kind::Send : Step::Kind::Expect, .line = number};
  auto name = line.substr(1, colon - 1);
  if (name.ends_with("...")) {
    step.kind = Step::Kind::ExpectLater;
    name.remove_suffix(3);
  }
  step.client = name;
  auto text = line.substr(colon + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  step.text = text;
  return step;
}

bool is_word(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-'; });
}

std::string with_nul(std::string_view text) {
  std::string out(text);
  for (auto at = out.find("\\0"); at != std::string::npos; at = out.find("\\0")) out.replace(at, 2, 1, '\0');
  return out;
}

std::string expand_braces(std::string_view text, const Kept& kept);

/// Where the brace opened at `open` is closed, counting those within.
std::size_t closing(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

/// What stands for {name argument}; nullopt: the braces are only braces (an IMAP literal).
std::optional<std::string> replacement(std::string_view inside, const Kept& kept) {
  const auto space = inside.find(' ');
  const auto name = inside.substr(0, space);
  const auto argument = space == std::string_view::npos ? std::string_view() : inside.substr(space + 1);
  if (!is_word(name) && name != "b64") return std::nullopt;
  if (name == "crlf") return "\r\n";
  if (name == "cr") return "\r";
  if (name == "lf") return "\n";
  if (name == "nul") return std::string(1, '\0');
  if (name == "q") return "";
  if (name == "b64") return crypto::base64_encode(with_nul(argument));
  if (name == "repeat") {
    const auto gap = argument.find(' ');
    const auto times = parse_decimal(argument.substr(0, gap)).value();
    const auto piece = expand_braces(argument.substr(gap + 1), kept);
    std::string out;
    for (std::uint64_t i = 0; i < times; ++i) out += piece;
    return out;
  }
  if (const auto found = kept.find(name); found != kept.end()) return found->second;
  throw std::runtime_error("no such thing: {" + std::string(inside) + "}");
}

std::string expand_braces(std::string_view text, const Kept& kept) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : closing(text, open);
    out += text.substr(0, open);
    if (close == std::string_view::npos) {
      if (open != std::string_view::npos) out += text.substr(open);
      return out;
    }
    const auto inside = text.substr(open + 1, close - open - 1);
    const auto instead = replacement(inside, kept);
    out += instead ? *instead : "{" + std::string(inside) + "}";
    text.remove_prefix(close + 1);
  }
  return out;
}

bool match_digits(std::string_view rest, std::string_view line, std::string_view name, Kept& kept);

/// Backtracks at {any} only; patterns are short.
bool match_here(std::string_view pattern, std::string_view line, Kept& kept) {
  for (;;) {
    if (pattern.starts_with("{any}")) {
      const auto rest = pattern.substr(5);
      for (std::size_t skip = 0; skip <= line.size(); ++skip) {
        if (match_here(rest, line.substr(skip), kept)) return true;
      }
      return false;
    }
    if (pattern.starts_with("{n}")) return match_digits(pattern.substr(3), line, "", kept);
    if (pattern.starts_with("{=")) {
      const auto close = pattern.find('}');
      return match_digits(pattern.substr(close + 1), line, pattern.substr(2, close - 2), kept);
    }
    if (pattern.empty() || line.empty()) return pattern.empty() && line.empty();
    if (pattern.front() != line.front()) return false;
    pattern.remove_prefix(1);
    line.remove_prefix(1);
  }
}

bool match_digits(std::string_view rest, std::string_view line, std::string_view name, Kept& kept) {
  const auto end = std::min(line.find_first_not_of("0123456789"), line.size());
  if (end == 0 || !match_here(rest, line.substr(end), kept)) return false;
  if (!name.empty()) kept[std::string(name)] = line.substr(0, end);
  return true;
}

/// Known names are put in first; {any}, {n} and {=name} stay.
std::string fill_in(std::string_view pattern, const Kept& kept) {
  std::string out(pattern);
  for (auto at = out.find("{q}"); at != std::string::npos; at = out.find("{q}")) out.erase(at, 3);
  for (const auto& [name, value] : kept) {
    const auto braces = "{" + name + "}";
    for (auto at = out.find(braces); at != std::string::npos; at = out.find(braces))
      out.replace(at, braces.size(), value);
  }
  return out;
}

}  // namespace

std::vector<Step> parse_script(std::string_view text) {
  std::vector<Step> steps;
  std::size_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('|')) {
      if (steps.empty() || steps.back().kind != Step::Kind::Directive) wrong(number, "| without a directive before it");
      steps.back().body.append(line.substr(line.starts_with("| ") ? 2 : 1)).append("\r\n");
    } else if (line.starts_with('@')) {
      auto words = words_of(line.substr(1));
      if (words.empty()) wrong(number, "@ and nothing");
      Step step{.kind = Step::Kind::Directive, .line = number, .text = words.front()};
      step.words.assign(words.begin() + 1, words.end());
      steps.push_back(std::move(step));
    } else if (line.starts_with('C') || line.starts_with('S')) {
      steps.push_back(parse_dialogue(line, number));
    } else {
      wrong(number, "neither C:, S:, @ nor #");
    }
  }
  return steps;
}

std::string expand(std::string_view text, const Kept& kept) {
  constexpr std::string_view kNoEnd = "{no-crlf}";
  if (text.ends_with(kNoEnd)) return expand_braces(text.substr(0, text.size() - kNoEnd.size()), kept);
  return expand_braces(text, kept) + "\r\n";
}

bool matches(std::string_view pattern, std::string_view line, Kept& kept) {
  return match_here(fill_in(pattern, kept), line, kept);
}

}  // namespace paraph::transcripts
