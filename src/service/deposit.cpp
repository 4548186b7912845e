#include "service/deposit.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "mime/date.h"
#include "mime/field.h"
#include "service/dkim_sign.h"
#include "service/header_edit.h"
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

const std::string& message_id_of(const mail::Structure& structure) { return structure.root().envelope->message_id; }

/// A first line "From ..." of an mbox would end up in the midst of the header.
void drop_mbox_line(NewMessage& message) {
  mail::Rope& rope = message.record.rope;
  mail::Structure& structure = message.record.structure;
  if (!message.header.starts_with("From ") || message.header.size() != structure.root().header.size()) return;
  signature::Message edited{.rope = std::move(rope), .structure = std::move(structure)};
  edited.octets.emplace(edited.structure.root().header, std::move(message.header));
  edit_top_header(edited, {}, "");
  rope = std::move(edited.rope);
  structure = std::move(edited.structure);
}

}  // namespace

struct Deposit::Inside {
  Inside(store::Store& s, Accounts& a, Mailboxes& m, Acquirer& q, crypto::Random& r, const Clock& c, const Limits& l,
         DepositPolicy p)
      : store(s),
        accounts(a),
        mailboxes(m),
        random(r),
        clock(c),
        limits(l),
        policy(std::move(p)),
        signer(s, q, r, c, policy.attach),
        dkim(s, c),
        router(a, m, c) {}

  Result<void> check_loop(std::string_view header) const;
  void complete_header(signature::Message& message) const;
  Result<void> check_signed(const signature::Report& report) const;
  void add_trace(NewMessage& message, const Transaction& transaction, std::string_view signature_field) const;
  Task<Result<Outcome>> submit_own(const Transaction& transaction, NewMessage& message);
  Task<Result<Outcome>> try_own(const Transaction& transaction, const record::Account& principal, NewMessage& message,
                                Signer::Submission submission);
  Task<Result<Outcome>> pass_on(const Transaction& transaction, NewMessage& message);

  store::Store& store;
  Accounts& accounts;
  Mailboxes& mailboxes;
  crypto::Random& random;
  const Clock& clock;
  const Limits& limits;
  DepositPolicy policy;
  Signer signer;
  DkimSigner dkim;
  Router router;
};

Deposit::Deposit(store::Store& store, Accounts& accounts, Mailboxes& mailboxes, Acquirer& acquirer,
                 crypto::Random& random, const Clock& clock, const Limits& limits, DepositPolicy policy)
    : inside_(
          std::make_shared<Inside>(store, accounts, mailboxes, acquirer, random, clock, limits, std::move(policy))) {}

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
  auto task = transaction.principal ? inside->submit_own(transaction, message) : inside->pass_on(transaction, message);
  auto outcome = co_await std::move(task);
  if (!outcome) co_await give_back_upload(inside->store, message.upload, std::move(message.uploaded));
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
  const std::size_t forged = signature::strip_foreign_fields(received);
  if (forged != 0) log(Level::Warn, "paraph.forged account={} fields={}", printable(principal.address), forged);
  complete_header(received);

  Signer::Submission submission{.message = received,
                                .blobs = message.blobs,
                                .owner = std::move(owner),
                                .reverse_path = transaction.reverse_path.text(),
                                .signature_on = principal.signature_on};
  for (int tries = 1;; ++tries) {
    submission.source_failed = tries == kTriesMax;
    auto outcome = co_await try_own(transaction, principal, message, submission);
    const bool vanished = !outcome && outcome.error().code == Code::NotFound && tries < kTriesMax;
    if (!vanished) co_return outcome;
  }
}

Task<Result<Deposit::Outcome>> Deposit::Inside::try_own(const Transaction& transaction,
                                                        const record::Account& principal, NewMessage& message,
                                                        Signer::Submission submission) {
  PARAPH_CO_TRY(auto done, co_await signer.sign(submission));
  PARAPH_CO_CHECK(check_signed(done.report));
  message.record.rope = std::move(done.rope);
  message.record.structure = std::move(done.structure);
  message.record.signature = std::move(done.outcome);
  Outcome outcome{.report = std::move(done.report), .message_id = message_id_of(message.record.structure)};
  PARAPH_CO_TRY(const auto dkim_fields, co_await dkim.sign(message, done.field, submission.owner.domain));
  add_trace(message, transaction, dkim_fields + done.field);
  const auto* sender = policy.save_sent ? &principal : nullptr;
  PARAPH_CO_TRY(outcome.deliveries,
                co_await router.deliver(message, transaction.recipients, Answers::OneForAll, sender));
  co_return outcome;
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
}

/// The operator's word on messages that could not be signed.
Result<void> Deposit::Inside::check_signed(const signature::Report& report) const {
  if (report.reason != "fetch" || policy.on_failure == OnFailure::Send) return {};
  if (policy.on_failure == OnFailure::Defer)
    return fail(Code::Unavailable, "your signature cannot be fetched now: try again later");
  return fail(Code::Denied, "your signature cannot be fetched, and nothing is sent without it");
}

// --- a message from elsewhere: the engine never runs

Task<Result<Deposit::Outcome>> Deposit::Inside::pass_on(const Transaction& transaction, NewMessage& message) {
  PARAPH_CO_CHECK(check_loop(message.header));
  drop_mbox_line(message);
  Outcome outcome{.message_id = message_id_of(message.record.structure)};
  add_trace(message, transaction, "");
  const bool each = transaction.protocol.find("LMTP") != std::string::npos;
  const auto answers = each ? Answers::Each : Answers::OneForAll;
  PARAPH_CO_TRY(outcome.deliveries, co_await router.deliver(message, transaction.recipients, answers, nullptr));
  co_return outcome;
}

// --- both

Result<void> Deposit::Inside::check_loop(std::string_view header) const {
  if (mime::count_fields(header, "Received") <= limits.received_max) return {};
  return fail(Code::Unsupported, "the message went through too many servers: a mail loop");
}

void Deposit::Inside::add_trace(NewMessage& message, const Transaction& transaction,
                                std::string_view signature_field) const {
  std::string fields = format_return_path(transaction.reverse_path);
  fields += signature_field;
  fields += format_received(transaction.received_from, policy.server_name, transaction.protocol,
                            random.hex(kReceivedIdBytes), clock.now());
  prepend_fields(message.record.rope, message.record.structure, fields);
}

}  // namespace paraph::service
