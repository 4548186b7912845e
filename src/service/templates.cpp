#include "service/templates.h"

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "record/keys.h"
#include "signature/make.h"
#include "signature/template.h"

namespace paraph::service {
namespace {

constexpr std::size_t kOwnersMax = 4096;

/// A part that some user's fields make unfit is left out: the others have theirs.
std::string usable(Result<std::string> part, const std::string& owner) {
  if (part) return std::move(*part);
  log(Level::Warn, "signature owner={}: the domain's template is left out: {}", printable(owner), part.error().text);
  return {};
}

/// `signature` with the parts that `domain_template` gives it.
mail::Signature with_template(mail::Signature signature, const DomainTemplate& domain_template,
                              const signature::Fields& fields) {
  signature.text = usable(signature::clean_text(signature::fill_text(domain_template.text, fields)), signature.owner);
  signature.html = usable(signature::clean_html(signature::fill_html(domain_template.html, fields)), signature.owner);
  signature.revision = signature::revision_of(signature);
  return signature;
}

}  // namespace

Templates::Filled Templates::filled(const std::string& owner, DomainTemplates templates,
                                    const source::Acquired& acquired) {
  mail::Signature base = acquired.signature;
  if (base.owner.empty()) base.owner = owner;
  auto now = with_template(base, templates.now, acquired.fields);
  Filled filled{.templates = std::move(templates), .fields = acquired.fields, .base = acquired.signature.revision};
  if (!filled.templates.before.empty()) {
    const auto before = with_template(base, filled.templates.before, acquired.fields);
    if (!before.empty() && before.revision != now.revision) filled.before = signature::remember(before);
  }
  filled.text = std::move(now.text);
  filled.html = std::move(now.html);
  filled.revision = std::move(now.revision);
  return filled;
}

void Templates::put(const Filled& filled, Acquirer::Answer& answer) {
  auto& signature = answer.acquired.signature;
  signature.text = filled.text;
  signature.html = filled.html;
  signature.revision = filled.revision;
  auto& past = answer.acquired.past;
  std::erase_if(past, [&](const auto& one) { return one.revision == filled.revision; });
  if (filled.before) past.insert(past.begin(), *filled.before);
  if (!signature.empty()) answer.reason.clear();
}

Task<Result<void>> Templates::fill(std::string owner, Acquirer::Answer& answer) {
  auto& acquired = answer.acquired;
  if (!acquired.signature.text.empty() || !acquired.signature.html.empty() || acquired.fields.empty() ||
      answer.reason == "fetch")
    co_return Result<void>();
  PARAPH_CO_TRY(auto templates, co_await policies_.templates_of(domain_of(owner)));
  if (templates.now.empty() && templates.before.empty()) co_return Result<void>();
  if (acquired.signature.owner.empty()) acquired.signature.owner = owner;
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_owner_.find(owner);
    if (found != by_owner_.end() && found->second.templates == templates && found->second.fields == acquired.fields &&
        found->second.base == acquired.signature.revision) {
      put(found->second, answer);
      co_return Result<void>();
    }
  }
  auto made = filled(owner, std::move(templates), acquired);
  put(made, answer);
  const std::lock_guard lock(mutex_);
  if (by_owner_.size() >= kOwnersMax) by_owner_.clear();
  by_owner_.insert_or_assign(std::move(owner), std::move(made));
  co_return Result<void>();
}

Task<Result<void>> fill_own_fields(store::Store& store, AccountId account, std::string owner, SignatureChange& change) {
  const bool text = change.text && signature::names_fields(*change.text);
  const bool html = change.html && signature::names_fields(*change.html);
  if (!text && !html) co_return Result<void>();
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::account_key(account)));
  if (!octets) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto found, record::parse_account(*octets));
  const signature::Fields fields{{"displayName", found.name}, {"mail", std::move(owner)}, {"tel", found.tel}};
  if (text) change.text = signature::fill_text(*change.text, fields);
  if (html) change.html = signature::fill_html(*change.html, fields);
  co_return Result<void>();
}

}  // namespace paraph::service
