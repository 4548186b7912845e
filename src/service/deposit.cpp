#include "service/deposit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dkim/authentication_results.h"
#include "mime/date.h"
#include "mime/field.h"
#include "service/deposit_inside.h"
#include "service/header_edit.h"
#include "service/sender.h"
#include "service/trace_fields.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

constexpr std::size_t kReceivedIdBytes = 8;
constexpr std::size_t kMessageIdBytes = 16;
constexpr int kTriesMax =
    3;  ///< when a signature's media vanish between acquiring and keeping: it was changed meanwhile

std::vector<Elsewhere> elsewhere_of(const Submitted& submitted) {
  std::vector<Elsewhere> found;
  for (std::size_t i = 0; i < submitted.recipients.size(); ++i) {
    const auto& one = submitted.recipients[i];
    if (one->elsewhere) found.push_back({.recipient = submitted.transaction.recipients[i], .form = one->form});
  }
  return found;
}

}  // namespace

Deposit::Deposit(store::Store& store, Accounts& accounts, Mailboxes& mailboxes, Acquirer& acquirer,
                 crypto::Random& random, const Clock& clock, const Limits& limits, DepositPolicy policy,
                 IncomingVerifier* verifier, Metrics* metrics, Outbound* outbound)
    : inside_(std::make_shared<Inside>(store, accounts, mailboxes, acquirer, random, clock, limits, std::move(policy),
                                       verifier, metrics, outbound)) {}

Policies& Deposit::policies() { return inside_->policies; }
KeyRing& Deposit::keys() { return inside_->keys; }
Postmaster& Deposit::postmaster() { return inside_->postmaster; }

Task<Result<mail::Address>> Deposit::check_recipient(mail::Address recipient, Relaying relaying, std::uint64_t bytes) {
  PARAPH_CO_TRY(recipient, co_await inside_->postmaster.address_for(std::move(recipient)));
  PARAPH_CO_TRY(const bool local, co_await inside_->accounts.is_local(recipient.domain));
  if (!local && relaying == Relaying::Yes && inside_->outbound != nullptr) co_return recipient;
  if (!local)
    co_return fail(Code::Denied,
                   fmt::format("{} is not here, and this server does not relay", printable(recipient.domain)));
  const auto account = co_await inside_->accounts.find(recipient.key());
  if (!account && account.error().code != Code::NotFound) co_return std::unexpected(account.error());
  if (!account) co_return fail(Code::NotFound, fmt::format("no user {} here", printable(recipient.text())));
  if (account->quota_bytes == 0 && account->quota_messages == 0) co_return recipient;
  PARAPH_CO_TRY(const auto quota, co_await inside_->mailboxes.quota(account->id));
  if (is_full(quota, bytes))
    co_return fail(Code::OverQuota, fmt::format("the mailbox of {} is full", printable(recipient.text())));
  co_return recipient;
}

Task<Result<Deposit::Outcome>> Deposit::submit(Transaction transaction, NewMessage message) {
  const auto inside = inside_;
  const Time arrived = inside->clock.now();
  const std::string header = Receipts::asked_for(transaction) ? message.header : "";
  auto task = transaction.principal ? inside->submit_own(transaction, message) : inside->pass_on(transaction, message);
  auto outcome = co_await std::move(task);
  if (inside->counts) inside->counts->submitted(transaction.principal.has_value(), outcome);
  const bool kept = outcome && !outcome->repeated && !outcome->refusal;
  if (!kept) co_await give_back_upload(inside->store, message.upload, std::move(message.uploaded));
  if (kept && outcome->may_report && !header.empty())
    co_await inside->receipts.send(transaction, header, arrived, outcome->deliveries);
  co_return outcome;
}

// --- a message of our own user: receive, acquire, attach, send

Task<Result<Deposit::Outcome>> Deposit::Inside::submit_own(const Transaction& transaction, NewMessage& message) {
  PARAPH_CO_TRY(const auto principal, co_await accounts.load(transaction.principal->id));
  PARAPH_CO_TRY(const auto prepared, co_await prepare(transaction, principal, message));
  PARAPH_CO_TRY(const auto rules, co_await policies.of(principal.id, domain_of(principal.address)));
  PARAPH_CO_TRY(auto recipients, co_await router.find(transaction.recipients, Answers::OneForAll,
                                                      outbound != nullptr ? Relaying::Yes : Relaying::No));
  const bool on = principal.signature_on && rules.signature;
  Forms forms{.policies = {policy.attach}};
  if (on && !prepared.own.field) {
    PARAPH_CO_TRY(forms, co_await forms_for(transaction, rules, prepared.owner, recipients));
  }
  const Submitted submitted{.transaction = transaction,
                            .principal = principal,
                            .recipients = recipients,
                            .forms = forms,
                            .kept = prepared.own.field,
                            .save_sent = rules.save_sent.value_or(policy.save_sent)};
  auto submission = submission_of(prepared, message, transaction, on);
  for (int tries = 1;; ++tries) {
    submission.source_failed = tries == kTriesMax;
    auto outcome = co_await try_own(submitted, message, submission);
    const bool vanished = !outcome && outcome.error().code == Code::NotFound && tries < kTriesMax;
    if (!vanished) co_return outcome;
  }
}

Task<Result<Deposit::Inside::Prepared>> Deposit::Inside::prepare(const Transaction& transaction,
                                                                 const record::Account& principal,
                                                                 NewMessage& message) {
  PARAPH_CO_CHECK(check_loop(message.header));
  PARAPH_CO_CHECK(check_length(message));
  const mail::Part& root = message.record.structure.root();
  // What comes after such a line is body to us, and may be header to others: a second From could hide there.
  if (has(root.defects, mail::Defect::HeaderNotEnded) && root.body.size() > 0) {
    co_return fail(Code::BadInput, "the header has a line that is no field (RFC 5322, section 2.2)");
  }
  PARAPH_CO_TRY(auto owner, check_sender(principal, *root.envelope, message.header, transaction.reverse_path));

  signature::Message received{.rope = std::move(message.record.rope), .structure = std::move(message.record.structure)};
  received.octets.emplace(received.structure.root().header, std::move(message.header));
  PARAPH_CO_TRY(auto own, co_await signer.find_own(received, message.blobs, owner));
  const auto keep = own.field ? std::optional(own.field->index) : std::nullopt;
  const std::size_t forged = signature::strip_foreign_fields(received, keep);
  if (forged != 0) {
    log(Level::Warn, "paraph.forged account={} fields={} reason={}", printable(principal.address), forged,
        own.field ? "other" : own.reason);
  }
  complete_header(received);
  co_return Prepared{.message = std::move(received), .owner = std::move(owner), .own = std::move(own)};
}

Signer::Submission Deposit::Inside::submission_of(const Prepared& prepared, const NewMessage& message,
                                                  const Transaction& transaction, bool signature_on) {
  return {.message = prepared.message,
          .blobs = message.blobs,
          .owner = prepared.owner,
          .reverse_path = transaction.reverse_path.text(),
          .signature_on = signature_on};
}

/// Which forms the message takes, and which of them each recipient gets.
Task<Result<Forms>> Deposit::Inside::forms_for(const Transaction& transaction, const Policy& own,
                                               const mail::Address& owner, LocalRecipients& recipients) {
  std::vector<FormKey> form_keys;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const auto& account = recipients[i]->account;
    const auto& address = transaction.recipients[i].address;
    auto task =
        recipients[i]->elsewhere ? policies.of_recipient(address) : policies.of(account.id, domain_of(account.address));
    PARAPH_CO_TRY(const auto theirs, co_await std::move(task));
    const bool internal = iequals(address.domain, owner.domain);
    form_keys.push_back(
        {.kinds = kinds_for(own, internal), .recipients = theirs.recipient_class, .internal = internal});
  }
  auto forms = choose_forms(form_keys, own, policy.attach);
  for (std::size_t i = 0; i < recipients.size(); ++i) recipients[i]->form = forms.form_of[i];
  co_return forms;
}

Task<Result<Deposit::Outcome>> Deposit::Inside::try_own(const Submitted& submitted, NewMessage& message,
                                                        Signer::Submission submission) {
  const auto& transaction = submitted.transaction;
  const std::uint64_t bytes_before = submission.message.rope.wire_bytes();
  std::vector<Signer::Signed> all;
  if (submitted.kept) {
    all.push_back(Signer::kept(submission.message, submitted.kept->says));
  } else {
    PARAPH_CO_TRY(all, co_await signer.sign(submission, submitted.forms.policies));
  }
  for (const auto& done : all) {
    PARAPH_CO_CHECK(check_signed(done.report));
  }
  Outcome outcome{.report = std::move(all.front().report), .message_id = message_id_of(all.front().structure)};
  const auto trace = received_field(transaction);
  const auto return_path = format_return_path(transaction.reverse_path);
  message.other_forms.clear();
  std::vector<std::uint64_t> added;  // octets that each form got from the engine
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& form = i == 0 ? message.record : message.other_forms.emplace_back();
    form.received = message.record.received;
    form.duration = message.record.duration;
    form.rope = std::move(all[i].rope);
    form.structure = std::move(all[i].structure);
    form.signature = std::move(all[i].outcome);
    form.plain.clear();
    added.push_back(form.rope.wire_bytes() - bytes_before);
    PARAPH_CO_TRY(auto fields, co_await dkim.sign(form, message.blobs, all[i].field, submission.owner.domain));
    fields += all[i].field;
    prepend_fields(form.rope, form.structure, return_path + fields + trace);
  }
  keep_plain(submitted, message, submission.message.rope, trace);
  std::optional<SentCopy> sent;
  if (submitted.save_sent) sent.emplace(SentCopy{submitted.principal, submitted.forms.sent});
  const Departure departure{.reverse_path = transaction.reverse_path,
                            .options = transaction.options,
                            .arrived = clock.now(),
                            .skip = return_path.size()};
  const auto items = prepare_items(message, elsewhere_of(submitted), departure);
  Along along;
  if (!items.empty())
    along = [&](store::Batch& batch, const std::vector<mail::Entry>&) { return outbound->add(batch, message, items); };
  PARAPH_CO_TRY(outcome.deliveries,
                co_await router.deliver(message, submitted.recipients, Answers::OneForAll, sent, std::move(along)));
  log_outcome(submitted.principal, message.record, added[0]);
  for (std::size_t i = 1; i < added.size(); ++i) log_outcome(submitted.principal, message.other_forms[i - 1], added[i]);
  if (outbound != nullptr) outbound->hand_over(message, items);
  co_return outcome;
}

/// A form that leaves signed says what the message was before: for a server that takes only a shorter one, or none with
/// such media (spec 2.8).
void Deposit::Inside::keep_plain(const Submitted& submitted, NewMessage& message, const mail::Rope& plain,
                                 std::string_view trace) {
  if (submitted.kept) return;
  const auto is_signed = [](const record::StoredMessage& form) {
    return !form.signature.kinds.empty() && form.signature.kinds != "none";
  };
  mail::Rope before;
  for (const auto& one : submitted.recipients) {
    auto& form = message.form(one->form);
    if (!one->elsewhere || !is_signed(form) || !form.plain.empty()) continue;
    if (before.segments.empty()) {
      before.append(trace);
      for (const auto& segment : plain.segments) before.append(segment);
    }
    form.plain = mail::runs_of(before, form.rope);
  }
}

/// What the engine did with one form of a message, never what is in it.
void Deposit::Inside::log_outcome(const record::Account& sender, const record::StoredMessage& form,
                                  std::uint64_t added) const {
  const auto& outcome = form.signature;
  log(Level::Info, "signature message-id={} account={} owner={} revision={} how={} kinds={} reason={} added={}",
      printable(message_id_of(form.structure)), printable(sender.address), printable(outcome.owner),
      printable(outcome.revision), outcome.how, outcome.kinds, outcome.reason.empty() ? "-" : outcome.reason, added);
}

/// Date and Message-ID if missing (RFC 6409 §8); nobody gets to see Bcc (RFC 5322 §3.6.3, §3.6.6); a Return-Path is
/// ours to write.
void Deposit::Inside::complete_header(signature::Message& message) const {
  mail::Envelope& envelope = *message.structure.parts.front().envelope;
  const std::string& header = message.octets.begin()->second;
  std::string added;
  if (mime::count_fields(header, "Date") == 0) {
    envelope.date = mime::format_date(clock.now());
    added += "Date: " + envelope.date + "\r\n";
  }
  if (mime::count_fields(header, "Message-ID") == 0) {
    envelope.message_id = fmt::format("<{}@{}>", random.hex(kMessageIdBytes), policy.server_name);
    added += "Message-ID: " + envelope.message_id + "\r\n";
  }
  envelope.bcc.clear();
  edit_top_header(message, {"Bcc", "Resent-Bcc", "Return-Path"}, added);
  drop_forged_results(message);
}

/// Only this server writes Authentication-Results in its own name (RFC 8601 §5).
void Deposit::Inside::drop_forged_results(signature::Message& message) const {
  const std::string& header = message.octets.begin()->second;
  remove_from_top_header(message, dkim::find_forged_results(header, policy.server_name));
}

/// The operator's word on messages that could not be signed.
Result<void> Deposit::Inside::check_signed(const signature::Report& report) const {
  if (report.refused)
    return fail(Code::Refused,
                fmt::format("your signature is mandatory here, and this message cannot carry it ({})", report.reason));
  if (report.reason != "fetch" || policy.on_failure == OnFailure::Send) return {};
  if (policy.on_failure == OnFailure::Defer)
    return fail(Code::Unavailable, "your signature cannot be fetched now: try again later");
  return fail(Code::Denied, "your signature cannot be fetched, and nothing is sent without it");
}

// --- a message of our own user that the next server does not take as it is

Task<Result<NewMessage>> Deposit::refit(record::Queued item, Fit fit) {
  const auto inside = inside_;
  co_return co_await inside->refitter.refit(std::move(item), fit);
}

// --- all

Result<void> Deposit::Inside::check_loop(std::string_view header) const {
  if (mime::count_fields(header, "Received") <= limits.received_max) return {};
  return fail(Code::Unsupported, "the message went through too many servers: a mail loop");
}

std::string Deposit::Inside::received_field(const Transaction& transaction) const {
  const std::string id = random.hex(kReceivedIdBytes);
  const Hop hop{.from = transaction.received_from,
                .by = policy.server_name,
                .protocol = transaction.protocol,
                .id = id,
                .recipient = transaction.recipients.size() == 1 ? &transaction.recipients[0].address : nullptr};
  return format_received(hop, clock.now());
}

}  // namespace paraph::service
