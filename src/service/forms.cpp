#include "service/forms.h"

#include <algorithm>

namespace paraph::service {
namespace {

bool same_form(const FormKey& a, const FormKey& b) { return a.kinds == b.kinds && a.recipients == b.recipients; }

/// The forms in the order in which recipients first need them.
std::vector<FormKey> distinct(const std::vector<FormKey>& keys) {
  std::vector<FormKey> found;
  for (const auto& key : keys) {
    if (std::ranges::none_of(found, [&](const FormKey& one) { return same_form(one, key); })) found.push_back(key);
  }
  return found;
}

signature::Policy attach_policy(const FormKey& key, const Policy& own, signature::Policy base) {
  base.text = base.text && key.kinds.text;
  base.html = base.html && key.kinds.html;
  base.image = base.image && key.kinds.image;
  base.voice = base.voice && key.kinds.voice;
  base.on_reply = own.replies;
  base.mandatory = own.mandatory;
  base.wrap_signed = own.wrap_signed;
  base.text_before_quote = own.text_before_quote;
  base.recipients = key.recipients;
  return base;
}

}  // namespace

Kinds kinds_for(const Policy& own, bool internal) {
  if (internal) return own.kinds;
  const Kinds& most = own.external_kinds;
  return {.text = own.kinds.text && most.text,
          .html = own.kinds.html && most.html,
          .image = own.kinds.image && most.image,
          .voice = own.kinds.voice && most.voice};
}

Forms choose_forms(std::vector<FormKey> keys, const Policy& own, const signature::Policy& base) {
  auto forms = distinct(keys);
  if (forms.size() > kFormsMax) {
    for (auto& key : keys) key.kinds = kinds_for(own, false);
    forms = distinct(keys);
  }
  if (forms.empty()) forms.push_back({.kinds = own.kinds});
  Forms chosen;
  for (const auto& form : forms) chosen.policies.push_back(attach_policy(form, own, base));
  for (const auto& key : keys) {
    const auto found = std::ranges::find_if(forms, [&](const FormKey& one) { return same_form(one, key); });
    chosen.form_of.push_back(static_cast<std::size_t>(found - forms.begin()));
  }
  const auto internal = std::ranges::find(keys, true, &FormKey::internal);
  if (!keys.empty())
    chosen.sent = chosen.form_of[internal == keys.end() ? 0 : static_cast<std::size_t>(internal - keys.begin())];
  return chosen;
}

}  // namespace paraph::service
