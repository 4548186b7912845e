#include "service/mailbox_names.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::service {

std::string normal_mailbox_name(std::string_view name) {
  if (name.size() > 1 && name.back() == kLevels) name.remove_suffix(1);
  std::string normal(name);
  const std::string_view first = name.substr(0, name.find(kLevels));
  for (const auto known : {kInbox, kGreetings}) {
    if (iequals(first, known)) std::ranges::copy(known, normal.begin());
  }
  return normal;
}

bool is_mailbox_name(std::string_view name) {
  if (name.empty() || name.size() > kMailboxNameBytesMax || !is_utf8(name)) return false;
  if (std::ranges::any_of(name, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F' || c == '*' || c == '%'; })) {
    return false;
  }
  return std::ranges::none_of(split(name, kLevels), [](std::string_view level) { return level.empty(); });
}

std::vector<std::string> parents_of(std::string_view name) {
  std::vector<std::string> parents;
  for (auto at = name.find(kLevels); at != std::string_view::npos; at = name.find(kLevels, at + 1)) {
    parents.emplace_back(name.substr(0, at));
  }
  return parents;
}

bool is_below(std::string_view name, std::string_view parent) {
  return name.size() > parent.size() && name.starts_with(parent) && name[parent.size()] == kLevels;
}

}  // namespace paraph::service
