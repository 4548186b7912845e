// A message of our own user that somebody else sends (deposit_inside.h).
#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "service/deposit_inside.h"
#include "service/header_edit.h"
#include "service/new_octets.h"
#include "service/uploads.h"

namespace paraph::service {

Task<Result<std::string>> Deposit::attach_only(Transaction transaction, NewMessage message) {
  const auto inside = inside_;
  auto octets = co_await inside->attach_only(transaction, message);
  co_await give_back_upload(inside->store, message.upload, std::move(message.uploaded));
  co_return octets;
}

Task<Result<std::string>> Deposit::Inside::attach_only(const Transaction& transaction, NewMessage& message) {
  const auto& principal = *transaction.principal;
  auto ready = co_await prepare(transaction, principal, message);
  if (!ready && (ready.error().code == Code::Denied || ready.error().code == Code::BadInput)) {
    log(Level::Info, "signature account={} left out: {}", printable(principal.address), ready.error().text);
    co_return std::string();
  }
  PARAPH_CO_TRY(const auto prepared, std::move(ready));
  PARAPH_CO_TRY(const auto rules, co_await policies.of(principal.id, domain_of(principal.address)));
  const auto is_internal = [&](const mail::Recipient& to) { return iequals(to.address.domain, prepared.owner.domain); };
  const bool internal = std::ranges::all_of(transaction.recipients, is_internal);
  const auto forms = choose_forms({{.kinds = kinds_for(rules, internal), .internal = internal}}, rules, policy.attach);
  const bool on = principal.signature_on && rules.signature;
  const auto submission = submission_of(prepared, message, transaction, on);
  std::vector<Signer::Signed> all;
  if (prepared.own.field) {
    all.push_back(Signer::kept(prepared.message, prepared.own.field->says));
  } else {
    PARAPH_CO_TRY(all, co_await signer.sign(submission, forms.policies));
  }
  auto& done = all.front();
  PARAPH_CO_CHECK(check_signed(done.report));
  record::StoredMessage form{.rope = std::move(done.rope), .structure = std::move(done.structure)};
  form.signature = std::move(done.outcome);
  PARAPH_CO_TRY(const auto fields, co_await dkim.sign(form, message.blobs, done.field, prepared.owner.domain));
  prepend_fields(form.rope, form.structure, fields + done.field);
  log_outcome(principal, form, form.rope.wire_bytes() - prepared.message.rope.wire_bytes());
  NewOctets octets(store, message.blobs);
  const mail::Range all_of_it{.begin = 0, .end = form.rope.wire_bytes()};
  PARAPH_CO_TRY(auto whole, co_await octets.read(form.rope, all_of_it));
  co_return whole;
}

}  // namespace paraph::service
