// The verb of a domain's template.
#include <fmt/format.h>

#include "base/text.h"
#include "session/admin/verbs.h"

namespace paraph::admin {

Task<Result<void>> Verbs::signature_template(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto subject, co_await find_subject(request.field("domain")));
  if (subject.account) co_return fail(Code::BadInput, "a template is a domain's: name a domain, not an address");
  if (request.has("text") || request.has("html")) {
    auto text = request.has("text") ? std::optional(request.field("text")) : std::nullopt;
    auto html = request.has("html") ? std::optional(request.field("html")) : std::nullopt;
    PARAPH_CO_CHECK(co_await policies_.set_template(subject.domain, std::move(text), std::move(html)));
    co_await print(fmt::format("{}: template set", subject.name));
    co_return Result<void>();
  }
  PARAPH_CO_TRY(const auto templates, co_await policies_.templates_of(subject.domain));
  if (templates.now.empty()) co_await print(fmt::format("{}: no template", subject.name));
  for (const auto& [caption, part] : {std::pair("text", templates.now.text), std::pair("html", templates.now.html)}) {
    if (part.empty()) continue;
    for (const auto line : split(part, '\n')) {
      auto shown = fmt::format("{:<9} {}", caption, line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
      co_await print(std::move(shown));
    }
  }
  co_return Result<void>();
}

}  // namespace paraph::admin
