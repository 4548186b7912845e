// The templates of domains, which are kept with their policies.
#include <utility>

#include "service/policies.h"
#include "signature/make.h"
#include "signature/template.h"

namespace paraph::service {
namespace {

constexpr const char* kText = "template-text";
constexpr const char* kHtml = "template-html";
constexpr const char* kTextBefore = "template-text-before";
constexpr const char* kHtmlBefore = "template-html-before";

/// Some user: what it is filled with cannot make a good template a bad signature but by its length.
const signature::Fields& somebody() {
  static const signature::Fields fields{{"displayName", "Alice Example"}, {"title", "Head"},  {"tel", "+49 30 1"},
                                        {"mail", "alice@example.org"},    {"org", "Example"}, {"unit", "Sales"},
                                        {"url", "https://example.org"},   {"language", "en"}};
  return fields;
}

Result<void> check_template(const DomainTemplate& domain_template) {
  if (domain_template.text.size() > signature::kTextBytesMax)
    return fail(Code::TooLarge, "the template's text is over 4 KiB");
  if (domain_template.html.size() > signature::kHtmlBytesMax)
    return fail(Code::TooLarge, "the template's HTML is over 32 KiB");
  PARAPH_CHECK(signature::clean_text(signature::fill_text(domain_template.text, somebody())));
  PARAPH_CHECK(signature::clean_html(signature::fill_html(domain_template.html, somebody())));
  return {};
}

std::string setting(const record::Settings& settings, const char* key) {
  const auto found = settings.find(key);
  return found == settings.end() ? std::string() : found->second;
}

std::optional<std::string> kept(std::string value) {
  return value.empty() ? std::nullopt : std::optional(std::move(value));
}

}  // namespace

Task<Result<DomainTemplates>> Policies::templates_of(std::string domain) {
  PARAPH_CO_TRY(const auto settings, co_await load(AccountId{}, std::move(domain)));
  const auto& of_domain = settings.first;
  co_return DomainTemplates{
      .now = {.text = setting(of_domain, kText), .html = setting(of_domain, kHtml)},
      .before = {.text = setting(of_domain, kTextBefore), .html = setting(of_domain, kHtmlBefore)}};
}

Task<Result<void>> Policies::set_template(std::string domain, std::optional<std::string> text,
                                          std::optional<std::string> html) {
  PARAPH_CO_TRY(const auto all, co_await templates_of(domain));
  DomainTemplate next = all.now;
  if (text) next.text = std::move(*text);
  if (html) next.html = std::move(*html);
  PARAPH_CO_CHECK(check_template(next));
  if (next == all.now) co_return Result<void>();
  Edits edits{{kText, kept(next.text)},
              {kHtml, kept(next.html)},
              {kTextBefore, kept(all.now.text)},
              {kHtmlBefore, kept(all.now.html)}};
  auto written = co_await write(std::move(domain), std::nullopt, std::move(edits));
  co_return written;
}

}  // namespace paraph::service
