#include "service/refit.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "record/keys.h"
#include "service/forms.h"
#include "service/header_edit.h"
#include "service/new_octets.h"

namespace paraph::service {
namespace {

/// The fields' own length is known only when they are made, and each round leaves out a kind at least.
constexpr int kRoundsMax = 6;
/// Of the new form's header, for who puts it into the store (NewMessage::header).
constexpr std::uint64_t kHeaderBytesMax = 256 * 1024;
/// All that the message is made of is in the store.
const std::vector<mail::NewBlob> kNoBlobs;

mail::Address address_of(const std::string& text) {
  const auto at = text.rfind('@');
  if (at == std::string::npos) return {};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string domain_of(std::string_view address) { return std::string(address.substr(address.rfind('@') + 1)); }

std::unexpected<Error> too_long() {
  return fail(Code::Unsupported, "the message is longer than the next server takes, without its signature too");
}

}  // namespace

/// What does not change from one round to the next.
struct Refitter::Work {
  record::StoredMessage plain;
  signature::Message message;  ///< the same, as the signer wants it
  mail::Address owner;
  signature::Policy policy;
  bool signature_on = true;
};

Task<Result<record::StoredMessage>> Refitter::load(MessageId id) {
  PARAPH_CO_TRY(const auto octets, co_await with_.store.get(record::message_key(id)));
  if (!octets) co_return fail(Code::NotFound, "the message is gone");
  co_return record::parse_message(*octets);
}

/// Whose signature, and what the policies of today let it have.
Task<Result<Refitter::Work>> Refitter::prepare(const record::Queued& item) {
  Work work;
  PARAPH_CO_TRY(const auto sent, co_await load(item.message));
  PARAPH_CO_TRY(work.plain, co_await load(item.plain));
  work.message = {.rope = work.plain.rope, .structure = work.plain.structure, .octets = {}};
  const auto range = work.plain.structure.root().header;
  NewOctets octets(with_.store, kNoBlobs);
  PARAPH_CO_TRY(auto header, co_await octets.read(work.plain.rope, range));
  work.message.octets.emplace(range, std::move(header));
  work.owner = address_of(sent.signature.owner);
  // An account that has gone has no signature either: the message goes without.
  const auto& principal = item.reverse_path.null() ? work.owner : item.reverse_path;
  const auto account = co_await with_.accounts.find(principal.key());
  if (!account && account.error().code != Code::NotFound) co_return std::unexpected(account.error());
  Policy own;
  if (account) {
    PARAPH_CO_TRY(own, co_await with_.policies.of(account->id, domain_of(account->address)));
  }
  const std::string& domain = item.recipients.front().recipient.address.domain;
  PARAPH_CO_TRY(const auto theirs, co_await with_.policies.of(AccountId{}, domain));
  const bool internal = iequals(domain, work.owner.domain);
  const FormKey key{.kinds = kinds_for(own, internal), .recipients = theirs.recipient_class, .internal = internal};
  work.policy = choose_forms({key}, own, with_.attach).policies.front();
  work.signature_on = account && account->signature_on && own.signature;
  co_return work;
}

Task<Result<NewMessage>> Refitter::finish(record::StoredMessage form) {
  auto range = form.structure.root().header;
  range.end = std::min(range.end, range.begin + kHeaderBytesMax);
  NewOctets octets(with_.store, kNoBlobs);
  NewMessage made;
  PARAPH_CO_TRY(made.header, co_await octets.read(form.rope, range));
  const auto& outcome = form.signature;
  log(Level::Info, "signature message-id={} owner={} how={} kinds={} reason={} refitted to {} octets",
      printable(form.structure.root().envelope->message_id), printable(outcome.owner), outcome.how, outcome.kinds,
      outcome.reason.empty() ? "-" : outcome.reason, form.rope.wire_bytes());
  made.record = std::move(form);
  co_return made;
}

Task<Result<NewMessage>> Refitter::shorten(record::Queued item, std::uint64_t size_max) {
  if (!item.plain || item.recipients.empty()) co_return too_long();
  PARAPH_CO_TRY(const auto work, co_await prepare(item));
  const record::StoredMessage& plain = work.plain;
  if (plain.rope.wire_bytes() > size_max) co_return too_long();
  const Signer::Submission submission{.message = work.message,
                                      .blobs = kNoBlobs,
                                      .owner = work.owner,
                                      .reverse_path = item.reverse_path.text(),
                                      .signature_on = work.signature_on};
  auto policy = work.policy;
  policy.message_bytes_max = std::min(policy.message_bytes_max, size_max);
  for (int round = 0; round < kRoundsMax; ++round) {
    std::vector<signature::Policy> one{policy};
    PARAPH_CO_TRY(auto all, co_await with_.signer.sign(submission, std::move(one)));
    auto& done = all.front();
    if (done.report.reason == "fetch" && with_.source_needed)
      co_return fail(Code::Unavailable, "the signature cannot be fetched now");
    record::StoredMessage form = plain;
    form.rope = std::move(done.rope);
    form.structure = std::move(done.structure);
    form.signature = std::move(done.outcome);
    PARAPH_CO_TRY(auto fields, co_await with_.dkim.sign(form, kNoBlobs, done.field, work.owner.domain));
    fields += done.field;
    prepend_fields(form.rope, form.structure, fields);
    if (form.rope.wire_bytes() <= size_max) co_return co_await finish(std::move(form));
    if (form.signature.kinds == "none" || fields.size() >= size_max) break;
    policy.message_bytes_max = std::min(policy.message_bytes_max, size_max - fields.size());
  }
  // Not even the field that says so has room: a message is never bounced because of its signature.
  record::StoredMessage form = plain;
  form.signature = {.owner = work.owner.text(), .kinds = "none", .how = "untouched", .reason = "size"};
  PARAPH_CO_TRY(const auto fields, co_await with_.dkim.sign(form, kNoBlobs, "", work.owner.domain));
  prepend_fields(form.rope, form.structure, fields);
  if (form.rope.wire_bytes() > size_max) co_return too_long();
  co_return co_await finish(std::move(form));
}

}  // namespace paraph::service
