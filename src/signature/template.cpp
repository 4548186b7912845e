// fill_text(), and what both kinds of template share.
#include "signature/template.h"

#include "base/text.h"
#include "signature/canonical.h"
#include "signature/template_line.h"

namespace paraph::signature {

bool names_fields(std::string_view text) { return find_field(text, 0).has_value(); }

std::string fill_text(std::string_view text, const Fields& fields) {
  FieldValues values(fields);
  const std::string whole = with_lf(text);
  std::string out;
  bool first = true;
  for (const auto line_text : split(whole, '\n')) {
    TemplateLine line;
    std::size_t at = 0;
    bool named = false;
    while (const auto field = find_field(line_text, at)) {
      const auto before = line_text.substr(at, field->begin - at);
      line.add_literal(before, before);
      line.add_field(values.take(field->name));
      at = field->end;
      named = true;
    }
    const auto rest = line_text.substr(at);
    line.add_literal(rest, rest);
    const std::string filled = line.take();
    if (named && trimmed(filled).empty()) continue;
    if (!first) out += '\n';
    first = false;
    out += filled;
  }
  return out;
}

}  // namespace paraph::signature
