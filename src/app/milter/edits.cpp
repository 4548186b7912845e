#include "app/milter/edits.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "mime/field.h"

namespace paraph::milter {
namespace {

struct Value {
  std::string name;  ///< as written
  std::string text;
};
using ByName = std::map<std::string, std::vector<Value>, std::less<>>;

std::string with_lf(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\r' || i + 1 == value.size() || value[i + 1] != '\n') out += value[i];
  }
  return out;
}

ByName by_name(std::string_view header) {
  ByName found;
  for (const auto& field : mime::Fields(header))
    found[lowered(field.name)].push_back({std::string(field.name), with_lf(field.value)});
  return found;
}

/// How many of the values at the end of both are the same: those stay.
std::size_t same_at_end(const std::vector<Value>& before, const std::vector<Value>& after) {
  const auto shorter = std::min(before.size(), after.size());
  std::size_t same = 0;
  while (same < shorter && before[before.size() - same - 1].text == after[after.size() - same - 1].text) ++same;
  return same;
}

}  // namespace

std::vector<Edit> edits_between(std::string_view before, std::string_view after) {
  auto old = by_name(before);
  const auto now = by_name(after);
  std::map<std::string, std::size_t, std::less<>> fresh;  // how many of that name are on top
  std::vector<Edit> edits;
  for (const auto& [name, values] : now) {
    const auto& had = old[name];
    const auto same = same_at_end(had, values);
    const auto left_before = had.size() - same;
    const auto left_after = values.size() - same;
    const auto changed = std::min(left_before, left_after);
    // The changed ones are the last before those that stay.
    for (std::size_t i = 0; i < changed; ++i) {
      edits.push_back({.kind = Edit::Kind::Change,
                       .name = had[left_before - changed + i].name,
                       .index = static_cast<int>(left_before - changed + i + 1),
                       .value = values[left_after - changed + i].text});
    }
    for (std::size_t i = left_before - changed; i-- > 0;)
      edits.push_back({.kind = Edit::Kind::Remove, .name = had[i].name, .index = static_cast<int>(i + 1), .value = ""});
    fresh[name] = left_after - changed;
  }
  for (const auto& [name, values] : old) {
    if (now.contains(name)) continue;
    for (std::size_t i = values.size(); i-- > 0;)
      edits.push_back(
          {.kind = Edit::Kind::Remove, .name = values[i].name, .index = static_cast<int>(i + 1), .value = ""});
  }
  std::vector<Edit> inserted;
  for (const auto& field : mime::Fields(after)) {
    auto& left = fresh[lowered(field.name)];
    if (left == 0) continue;
    --left;
    inserted.push_back(
        {.kind = Edit::Kind::Insert, .name = std::string(field.name), .index = 0, .value = with_lf(field.value)});
  }
  std::ranges::reverse(inserted);
  edits.insert(edits.end(), inserted.begin(), inserted.end());
  return edits;
}

}  // namespace paraph::milter
