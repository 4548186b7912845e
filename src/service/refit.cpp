#include "service/refit.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "dkim/verify.h"
#include "mime/field.h"
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
/// More DKIM-Signature fields nobody looks at.
constexpr std::size_t kDkimFieldsSeenMax = 50;
/// All that the message is made of is in the store.
const std::vector<mail::NewBlob> kNoBlobs;

mail::Address address_of(const std::string& text) {
  const auto at = text.rfind('@');
  if (at == std::string::npos) return {};
  return {text.substr(0, at), text.substr(at + 1)};
}

void leave_out(signature::Policy& policy, record::LeftOut what) {
  policy.voice = policy.voice && what < record::LeftOut::Voice;
  policy.image = policy.image && what < record::LeftOut::Media;
  policy.html = policy.html && what < record::LeftOut::Media;
  policy.text = policy.text && what < record::LeftOut::Signature;
}

/// The octets of a message before the signature.
Result<mail::Rope> plain_of(const record::StoredMessage& sent) {
  auto rope = mail::rope_of(sent.plain, sent.rope);
  if (!rope) return fail(Code::Corrupt, "what the message was before its signature is damaged: run `paraph check`");
  return std::move(*rope);
}

std::unexpected<Error> too_long() {
  return fail(Code::Unsupported, "the message is longer than the next server takes, without its signature too");
}

}  // namespace

/// What does not change from one round to the next.
struct Refitter::Work {
  Form plain;
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

Task<Result<NewMessage>> Refitter::refit(record::Queued item, Fit fit) {
  PARAPH_CO_TRY(const auto sent, co_await load(item.message));
  const bool degrades = fit.left_out > item.left_out;
  fit.left_out = std::max(fit.left_out, item.left_out);
  if (fit.seven_bit && !degrades) {
    PARAPH_CO_TRY(auto form, co_await encode(sent, item.skip));
    if (fit.size_max == 0 || form.message.rope.wire_bytes() <= fit.size_max)
      co_return co_await finish(std::move(form), sent);
  }
  PARAPH_CO_TRY(auto form, co_await sign_again(item, sent, fit));
  co_return co_await finish(std::move(form), sent);
}

// --- for a server of 7 bits

/// `message`, which is `sent` or what it was before the signature, in 7 bits. Where it is that already nobody's
/// signature can break, and nothing is changed.
Task<Result<Form>> Refitter::in_seven_bits(record::StoredMessage message, const record::StoredMessage& sent) {
  PARAPH_CO_TRY(const bool must_change, co_await has_8bit(with_.store, message.rope));
  if (!must_change) co_return Form{.message = std::move(message), .blobs = {}};
  PARAPH_CO_CHECK(co_await check_changeable(sent));
  co_return co_await to_seven_bit(with_.store, std::move(message));
}

/// Whose signature would break? Where Paraph changed the body itself, a client's is broken already (spec 2.9).
Task<Result<void>> Refitter::check_changeable(const record::StoredMessage& sent) {
  const auto& how = sent.signature.how;
  if (how == "edit" || how == "append" || how == "wrap") co_return Result<void>();
  NewOctets octets(with_.store, kNoBlobs);
  PARAPH_CO_TRY(const auto header, co_await octets.read(sent.rope, sent.structure.root().header));
  const auto own = lowered(domain_of(sent.signature.owner));
  const auto fields = dkim::find_signatures(header, kDkimFieldsSeenMax);
  const bool foreign =
      std::ranges::any_of(fields, [&](const dkim::Signature& one) { return one.outcome.domain != own; });
  if (foreign || mime::count_fields(header, "ARC-Message-Signature") != 0)
    co_return fail(Code::Unsupported, "the message cannot become 7-bit: another domain has signed it");
  co_return Result<void>();
}

/// As it was sent, with its Paraph-Signature, but for 8-bit parts.
Task<Result<Form>> Refitter::encode(const record::StoredMessage& sent, std::uint64_t skip) {
  if (skip > sent.structure.root().header.end || !sent.rope.can_cut(skip))
    co_return fail(Code::Corrupt, "the item's message has no such beginning");
  record::StoredMessage leaves = sent;
  leaves.plain.clear();
  const mail::Range range{.begin = skip, .end = sent.rope.wire_bytes()};
  leaves.rope = {};
  leaves.rope.append_range(sent.rope, range);
  NewOctets octets(with_.store, kNoBlobs);
  PARAPH_CO_TRY(leaves.structure, co_await octets.scan(leaves.rope));
  PARAPH_CO_TRY(auto form, co_await in_seven_bits(std::move(leaves), sent));
  PARAPH_CO_CHECK(co_await sign_dkim(form, "", domain_of(sent.signature.owner)));
  co_return form;
}

// --- with less of the signature

/// The message as it was before the signature. It is scanned here, as it was when it came: that is for the few who need
/// it, and its octets are all that is kept.
Task<Result<record::StoredMessage>> Refitter::load_plain(const record::StoredMessage& sent) {
  PARAPH_CO_TRY(auto rope, plain_of(sent));
  record::StoredMessage plain{.rope = std::move(rope), .duration = sent.duration, .received = sent.received};
  NewOctets octets(with_.store, kNoBlobs);
  PARAPH_CO_TRY(plain.structure, co_await octets.scan(plain.rope));
  co_return plain;
}

/// Whose signature, and what the policies of today let it have.
Task<Result<Refitter::Work>> Refitter::prepare(const record::Queued& item, const record::StoredMessage& sent,
                                               const Fit& fit) {
  Work work;
  PARAPH_CO_TRY(work.plain.message, co_await load_plain(sent));
  if (fit.seven_bit) {
    PARAPH_CO_TRY(work.plain, co_await in_seven_bits(std::move(work.plain.message), sent));
  }
  const auto& plain = work.plain.message;
  work.message = {.rope = plain.rope, .structure = plain.structure, .octets = {}};
  const auto range = plain.structure.root().header;
  NewOctets octets(with_.store, work.plain.blobs);
  PARAPH_CO_TRY(auto header, co_await octets.read(plain.rope, range));
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
  const auto& recipient = item.recipients.front().recipient.address;
  PARAPH_CO_TRY(const auto theirs, co_await with_.policies.of_recipient(recipient));
  const bool internal = iequals(recipient.domain, work.owner.domain);
  const FormKey key{.kinds = kinds_for(own, internal), .recipients = theirs.recipient_class, .internal = internal};
  work.policy = choose_forms({key}, own, with_.attach).policies.front();
  leave_out(work.policy, fit.left_out);
  if (fit.size_max != 0) work.policy.message_bytes_max = std::min(work.policy.message_bytes_max, fit.size_max);
  work.signature_on = account && account->signature_on && own.signature;
  co_return work;
}

Task<Result<Form>> Refitter::sign_again(const record::Queued& item, const record::StoredMessage& sent, const Fit& fit) {
  if (sent.plain.empty() || item.recipients.empty()) co_return too_long();
  PARAPH_CO_TRY(const auto work, co_await prepare(item, sent, fit));
  const auto size_max = fit.size_max == 0 ? UINT64_MAX : fit.size_max;
  if (work.plain.message.rope.wire_bytes() > size_max) co_return too_long();
  const Signer::Submission submission{.message = work.message,
                                      .blobs = work.plain.blobs,
                                      .owner = work.owner,
                                      .reverse_path = item.reverse_path.text(),
                                      .signature_on = work.signature_on,
                                      .refused = fit.left_out != record::LeftOut::Nothing};
  auto policy = work.policy;
  for (int round = 0; round < kRoundsMax; ++round) {
    std::vector<signature::Policy> one{policy};
    PARAPH_CO_TRY(auto all, co_await with_.signer.sign(submission, std::move(one)));
    auto& done = all.front();
    if (done.report.reason == "fetch" && with_.source_needed)
      co_return fail(Code::Unavailable, "the signature cannot be fetched now");
    Form form = work.plain;
    form.message.rope = std::move(done.rope);
    form.message.structure = std::move(done.structure);
    form.message.signature = std::move(done.outcome);
    const auto before = form.message.rope.wire_bytes();
    PARAPH_CO_CHECK(co_await sign_dkim(form, done.field, work.owner.domain));
    const auto bytes = form.message.rope.wire_bytes();
    if (bytes <= size_max) co_return form;
    const auto fields = bytes - std::min(bytes, before);
    if (form.message.signature.kinds == "none" || fields >= size_max) break;
    policy.message_bytes_max = std::min(policy.message_bytes_max, size_max - fields);
  }
  // Not even the field that says so has room: a message is never bounced because of its signature.
  Form form = work.plain;
  form.message.signature = {.owner = work.owner.text(), .kinds = "none", .how = "untouched", .reason = "size"};
  PARAPH_CO_CHECK(co_await sign_dkim(form, "", work.owner.domain));
  if (form.message.rope.wire_bytes() > size_max) co_return too_long();
  co_return form;
}

// --- the last steps

/// Signs for `domain`, and puts that and `field`, which is Paraph-Signature, on top.
Task<Result<void>> Refitter::sign_dkim(Form& form, std::string_view field, const std::string& domain) {
  PARAPH_CO_TRY(auto fields, co_await with_.dkim.sign(form.message, form.blobs, field, domain));
  fields += field;
  prepend_fields(form.message.rope, form.message.structure, fields);
  co_return Result<void>();
}

Task<Result<NewMessage>> Refitter::finish(Form form, const record::StoredMessage& sent) {
  if (!sent.plain.empty()) {
    PARAPH_CO_TRY(const auto plain, plain_of(sent));
    form.message.plain = mail::runs_of(plain, form.message.rope);
  }
  auto range = form.message.structure.root().header;
  range.end = std::min(range.end, range.begin + kHeaderBytesMax);
  NewOctets octets(with_.store, form.blobs);
  NewMessage made;
  PARAPH_CO_TRY(made.header, co_await octets.read(form.message.rope, range));
  const auto& outcome = form.message.signature;
  log(Level::Info, "signature message-id={} owner={} how={} kinds={} reason={} refitted to {} octets",
      printable(form.message.structure.root().envelope->message_id), printable(outcome.owner), outcome.how,
      outcome.kinds, outcome.reason.empty() ? "-" : outcome.reason, form.message.rope.wire_bytes());
  made.record = std::move(form.message);
  made.blobs = std::move(form.blobs);
  co_return made;
}

}  // namespace paraph::service
