#include "service/deposit.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dkim/authentication_results.h"
#include "mime/date.h"
#include "mime/field.h"
#include "service/deposit_counts.h"
#include "service/dkim_sign.h"
#include "service/forms.h"
#include "service/header_edit.h"
#include "service/receipts.h"
#include "service/repeats.h"
#include "service/send.h"
#include "service/sender.h"
#include "service/sign.h"
#include "service/trace_fields.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

constexpr std::size_t kReceivedIdBytes = 8;
constexpr std::size_t kMessageIdBytes = 16;
constexpr int kTriesMax =
    3;  ///< when a signature's media vanish between acquiring and keeping: it was changed meanwhile

std::string domain_of(std::string_view address) { return std::string(address.substr(address.rfind('@') + 1)); }

const std::string& message_id_of(const mail::Structure& structure) { return structure.root().envelope->message_id; }

/// Changes the top header of a message from elsewhere; one that is not whole at hand is left alone.
void edit_header(NewMessage& message, const std::function<void(signature::Message&)>& edit) {
  mail::Rope& rope = message.record.rope;
  mail::Structure& structure = message.record.structure;
  if (message.header.size() != structure.root().header.size()) return;
  signature::Message edited{.rope = std::move(rope), .structure = std::move(structure)};
  edited.octets.emplace(edited.structure.root().header, std::move(message.header));
  edit(edited);
  rope = std::move(edited.rope);
  structure = std::move(edited.structure);
  message.header = std::move(edited.octets.begin()->second);
}

/// A first line "From ..." of an mbox would end up in the midst of the header.
void drop_mbox_line(NewMessage& message) {
  if (!message.header.starts_with("From ")) return;
  edit_header(message, [](signature::Message& edited) { edit_top_header(edited, {}, ""); });
}

}  // namespace

/// What does not change from one try of a submission to the next.
struct Submitted {
  const Transaction& transaction;
  const record::Account& principal;
  const LocalRecipients& recipients;
  const Forms& forms;
  const std::optional<signature::GenuineField>& kept;  ///< the message's own field, which stays as it is
  bool save_sent = true;
};

struct Deposit::Inside {
  Inside(store::Store& s, Accounts& a, Mailboxes& m, Acquirer& q, crypto::Random& r, const Clock& c, const Limits& l,
         DepositPolicy p, IncomingVerifier* v, Metrics* t)
      : store(s),
        accounts(a),
        mailboxes(m),
        random(r),
        clock(c),
        limits(l),
        policy(std::move(p)),
        verifier(v),
        policies(s),
        templates(policies),
        keys(s, r, c),
        signer(s, q, templates, r, c, keys),
        dkim(s, c),
        router(a, m, c),
        repeats(s, c),
        receipts(s, a, m, r, c, l, policy.server_name) {
    if (t != nullptr) counts.emplace(*t);
  }

  Result<void> check_loop(std::string_view header) const;
  void complete_header(signature::Message& message) const;
  Result<void> check_signed(const signature::Report& report) const;
  void drop_forged_results(signature::Message& message) const;
  std::string received_field(const Transaction& transaction) const;
  Task<Result<Outcome>> submit_own(const Transaction& transaction, NewMessage& message);
  Task<Result<Forms>> forms_for(const Transaction& transaction, const Policy& policy, const mail::Address& owner,
                                LocalRecipients& recipients);
  Task<Result<Outcome>> try_own(const Submitted& submitted, NewMessage& message, Signer::Submission submission);
  void log_outcome(const Submitted& submitted, const record::StoredMessage& form, std::uint64_t added) const;
  static Outcome repeated(const NewMessage& message);
  Task<Result<Outcome>> pass_on(const Transaction& transaction, NewMessage& message);

  store::Store& store;
  Accounts& accounts;
  Mailboxes& mailboxes;
  crypto::Random& random;
  const Clock& clock;
  const Limits& limits;
  DepositPolicy policy;
  IncomingVerifier* verifier;
  Policies policies;
  Templates templates;
  KeyRing keys;
  Signer signer;
  DkimSigner dkim;
  Router router;
  Repeats repeats;
  Receipts receipts;
  std::optional<DepositCounts> counts;
};

Deposit::Deposit(store::Store& store, Accounts& accounts, Mailboxes& mailboxes, Acquirer& acquirer,
                 crypto::Random& random, const Clock& clock, const Limits& limits, DepositPolicy policy,
                 IncomingVerifier* verifier, Metrics* metrics)
    : inside_(std::make_shared<Inside>(store, accounts, mailboxes, acquirer, random, clock, limits, std::move(policy),
                                       verifier, metrics)) {}

Policies& Deposit::policies() { return inside_->policies; }
void Deposit::set_report_sender(SendReport send) { inside_->receipts.set_elsewhere(std::move(send)); }
KeyRing& Deposit::keys() { return inside_->keys; }

Task<Result<void>> Deposit::check_recipient(mail::Address recipient) {
  const bool local = co_await inside_->accounts.is_local_domain(recipient.domain);
  if (!local)
    co_return fail(Code::Denied,
                   fmt::format("{} is not here, and this server does not relay", printable(recipient.domain)));
  const auto account = co_await inside_->accounts.find(recipient.key());
  if (!account && account.error().code != Code::NotFound) co_return std::unexpected(account.error());
  if (!account) co_return fail(Code::NotFound, fmt::format("no user {} here", printable(recipient.text())));
  if (account->quota_bytes == 0 && account->quota_messages == 0) co_return Result<void>();
  PARAPH_CO_TRY(const auto quota, co_await inside_->mailboxes.quota(account->id));
  if (is_full(quota, 0))
    co_return fail(Code::OverQuota, fmt::format("the mailbox of {} is full", printable(recipient.text())));
  co_return Result<void>();
}

Task<Result<Deposit::Outcome>> Deposit::submit(Transaction transaction, NewMessage message) {
  const auto inside = inside_;
  const Time arrived = inside->clock.now();
  const std::string header = Receipts::asked_for(transaction) ? message.header : "";
  auto task = transaction.principal ? inside->submit_own(transaction, message) : inside->pass_on(transaction, message);
  auto outcome = co_await std::move(task);
  if (inside->counts) inside->counts->submitted(transaction.principal.has_value(), outcome);
  const bool kept = outcome && !outcome->repeated;
  if (!kept) co_await give_back_upload(inside->store, message.upload, std::move(message.uploaded));
  if (kept && !header.empty()) co_await inside->receipts.send(transaction, header, arrived, outcome->deliveries);
  co_return outcome;
}

// --- a message of our own user: receive, acquire, attach, send

Task<Result<Deposit::Outcome>> Deposit::Inside::submit_own(const Transaction& transaction, NewMessage& message) {
  PARAPH_CO_CHECK(check_loop(message.header));
  const mail::Part& root = message.record.structure.root();
  if (message.header.size() != root.header.size()) co_return fail(Code::BadInput, "the message's header is too long");
  PARAPH_CO_TRY(const auto principal, co_await accounts.load(transaction.principal->id));
  // What comes after such a line is body to us, and may be header to others: a second From could hide there.
  if (has(root.defects, mail::Defect::HeaderNotEnded) && root.body.size() > 0) {
    co_return fail(Code::BadInput, "the header has a line that is no field (RFC 5322, section 2.2)");
  }
  PARAPH_CO_TRY(auto owner, check_sender(principal, *root.envelope, message.header, transaction.reverse_path));

  signature::Message received{.rope = std::move(message.record.rope), .structure = std::move(message.record.structure)};
  received.octets.emplace(received.structure.root().header, std::move(message.header));
  PARAPH_CO_TRY(const auto own, co_await signer.find_own(received, message.blobs, owner));
  const auto keep = own.field ? std::optional(own.field->index) : std::nullopt;
  const std::size_t forged = signature::strip_foreign_fields(received, keep);
  if (forged != 0) {
    log(Level::Warn, "paraph.forged account={} fields={} reason={}", printable(principal.address), forged,
        own.field ? "other" : own.reason);
  }
  complete_header(received);

  PARAPH_CO_TRY(const auto rules, co_await policies.of(principal.id, domain_of(principal.address)));
  PARAPH_CO_TRY(auto recipients, co_await router.find(transaction.recipients, Answers::OneForAll));
  const bool on = principal.signature_on && rules.signature;
  Forms forms{.policies = {policy.attach}};
  if (on && !own.field) {
    PARAPH_CO_TRY(forms, co_await forms_for(transaction, rules, owner, recipients));
  }
  const Submitted submitted{.transaction = transaction,
                            .principal = principal,
                            .recipients = recipients,
                            .forms = forms,
                            .kept = own.field,
                            .save_sent = rules.save_sent.value_or(policy.save_sent)};
  Signer::Submission submission{.message = received,
                                .blobs = message.blobs,
                                .owner = std::move(owner),
                                .reverse_path = transaction.reverse_path.text(),
                                .signature_on = on};
  for (int tries = 1;; ++tries) {
    submission.source_failed = tries == kTriesMax;
    auto outcome = co_await try_own(submitted, message, submission);
    const bool vanished = !outcome && outcome.error().code == Code::NotFound && tries < kTriesMax;
    if (!vanished) co_return outcome;
  }
}

/// Which forms the message takes, and which of them each recipient gets.
Task<Result<Forms>> Deposit::Inside::forms_for(const Transaction& transaction, const Policy& own,
                                               const mail::Address& owner, LocalRecipients& recipients) {
  std::vector<FormKey> form_keys;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const auto& account = recipients[i]->account;
    PARAPH_CO_TRY(const auto theirs, co_await policies.of(account.id, domain_of(account.address)));
    const bool internal = iequals(transaction.recipients[i].address.domain, owner.domain);
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
  message.other_forms.clear();
  std::vector<std::uint64_t> added;  // octets that each form got from the engine
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& form = i == 0 ? message.record : message.other_forms.emplace_back();
    form.received = message.record.received;
    form.duration = message.record.duration;
    form.rope = std::move(all[i].rope);
    form.structure = std::move(all[i].structure);
    form.signature = std::move(all[i].outcome);
    added.push_back(form.rope.wire_bytes() - bytes_before);
    PARAPH_CO_TRY(auto fields, co_await dkim.sign(form, message.blobs, all[i].field, submission.owner.domain));
    fields += all[i].field;
    prepend_fields(form.rope, form.structure, format_return_path(transaction.reverse_path) + fields + trace);
  }
  std::optional<SentCopy> sent;
  if (submitted.save_sent) sent.emplace(SentCopy{submitted.principal, submitted.forms.sent});
  PARAPH_CO_TRY(outcome.deliveries, co_await router.deliver(message, submitted.recipients, Answers::OneForAll, sent));
  log_outcome(submitted, message.record, added[0]);
  for (std::size_t i = 1; i < added.size(); ++i) log_outcome(submitted, message.other_forms[i - 1], added[i]);
  co_return outcome;
}

/// What the engine did with one form of a message, never what is in it.
void Deposit::Inside::log_outcome(const Submitted& submitted, const record::StoredMessage& form,
                                  std::uint64_t added) const {
  const auto& outcome = form.signature;
  log(Level::Info, "signature message-id={} account={} owner={} revision={} how={} kinds={} reason={} added={}",
      printable(message_id_of(form.structure)), printable(submitted.principal.address), printable(outcome.owner),
      printable(outcome.revision), outcome.how, outcome.kinds, outcome.reason.empty() ? "-" : outcome.reason, added);
}

/// Date and Message-ID if missing (RFC 6409 §8); nobody gets to see Bcc (RFC 5322 §3.6.3); a Return-Path is ours to
/// write.
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
  edit_top_header(message, {"Bcc", "Return-Path"}, added);
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

// --- a message from elsewhere: the engine never runs

Task<Result<Deposit::Outcome>> Deposit::Inside::pass_on(const Transaction& transaction, NewMessage& message) {
  PARAPH_CO_CHECK(check_loop(message.header));
  std::optional<Handed> handed;
  if (message.content) {
    handed.emplace(Handed{.content = *message.content,
                          .peer = transaction.peer,
                          .reverse_path = transaction.reverse_path,
                          .recipients = transaction.recipients});
    PARAPH_CO_TRY(const bool here, co_await repeats.has(*handed));
    if (here) co_return repeated(message);
  }
  drop_mbox_line(message);
  std::string results;
  if (verifier != nullptr) {
    PARAPH_CO_TRY(auto provenance, co_await verifier->verify(message));
    results = std::move(provenance.results);
    message.record.signature = std::move(provenance.signature);
    edit_header(message, [&](signature::Message& edited) { drop_forged_results(edited); });
  }
  Outcome outcome{.message_id = message_id_of(message.record.structure)};
  prepend_fields(message.record.rope, message.record.structure,
                 format_return_path(transaction.reverse_path) + results + received_field(transaction));
  const bool each = transaction.protocol.find("LMTP") != std::string::npos;
  const auto answers = each ? Answers::Each : Answers::OneForAll;
  PARAPH_CO_TRY(const auto recipients, co_await router.find(transaction.recipients, answers));
  auto along = handed ? repeats.note(*handed) : Along();
  auto deliveries =
      co_await router.deliver(message, recipients, answers, std::nullopt, std::move(along), Meets::Nobody);
  if (!deliveries && handed && deliveries.error().code == Code::Exists) co_return repeated(message);
  PARAPH_CO_TRY(outcome.deliveries, std::move(deliveries));
  co_return outcome;
}

Deposit::Outcome Deposit::Inside::repeated(const NewMessage& message) {
  Outcome outcome{.message_id = message_id_of(message.record.structure), .repeated = true};
  log(Level::Info, "message repeated message-id={}", printable(outcome.message_id));
  return outcome;
}

// --- both

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
