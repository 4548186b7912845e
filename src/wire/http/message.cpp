#include "wire/http/message.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::http {

const std::string* find_field(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find_if(fields, [&](const Field& field) { return iequals(field.name, name); });
  return found == fields.end() ? nullptr : &found->value;
}

std::size_t count_fields(const std::vector<Field>& fields, std::string_view name) {
  const auto named = [&](const Field& field) { return iequals(field.name, name); };
  return static_cast<std::size_t>(std::ranges::count_if(fields, named));
}

}  // namespace paraph::http
