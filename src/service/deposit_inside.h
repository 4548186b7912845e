#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "service/deposit.h"
#include "service/deposit_counts.h"
#include "service/dkim_sign.h"
#include "service/forms.h"
#include "service/receipts.h"
#include "service/refit.h"
#include "service/repeats.h"
#include "service/sign.h"

namespace paraph::service {

inline const std::string& message_id_of(const mail::Structure& structure) {
  return structure.root().envelope->message_id;
}

/// A header that is not whole at hand could hide anything from us.
inline Result<void> check_length(const NewMessage& message) {
  if (message.header.size() == message.record.structure.root().header.size()) return {};
  return fail(Code::BadInput, "the message's header is too long");
}

/// What does not change from one try of a submission to the next.
struct Submitted {
  const Transaction& transaction;
  const record::Account& principal;
  const LocalRecipients& recipients;
  const Forms& forms;
  const std::optional<signature::GenuineField>& kept;  ///< the message's own field, which stays as it is
  bool save_sent = true;
};

/// What the files of Deposit share: deposit.cpp (a message of our own user, and what all have), deposit_attach.cpp (one
/// that somebody else sends), deposit_incoming.cpp (one from elsewhere).
struct Deposit::Inside {
  Inside(store::Store& s, Accounts& a, Mailboxes& m, Acquirer& q, crypto::Random& r, const Clock& c, const Limits& l,
         DepositPolicy p, IncomingVerifier* v, Metrics* t, Outbound* o)
      : store(s),
        accounts(a),
        mailboxes(m),
        random(r),
        clock(c),
        limits(l),
        policy(std::move(p)),
        verifier(v),
        outbound(o),
        policies(s),
        templates(policies),
        keys(s, r, c),
        signer(s, q, templates, r, c, keys),
        dkim(s, c),
        router(a, m, c),
        repeats(s, c),
        postmaster(a, policy.server_name, policy.postmaster),
        receipts({.store = s, .accounts = a, .mailboxes = m, .random = r, .clock = c}, l, policy.server_name, o),
        refitter({.store = s,
                  .accounts = a,
                  .policies = policies,
                  .signer = signer,
                  .dkim = dkim,
                  .attach = policy.attach,
                  .source_needed = policy.on_failure != OnFailure::Send}) {
    if (t != nullptr) counts.emplace(*t);
  }

  Result<void> check_loop(std::string_view header) const;
  void complete_header(signature::Message& message) const;
  Result<void> check_signed(const signature::Report& report) const;
  void drop_forged_results(signature::Message& message) const;
  std::string received_field(const Transaction& transaction) const;
  /// A submission whose sender is sure and whose header is complete.
  struct Prepared {
    signature::Message message;
    mail::Address owner;
    Signer::Own own;
  };
  Task<Result<Prepared>> prepare(const Transaction& transaction, const record::Account& principal, NewMessage& message);
  /// What the signer gets to see of it: refers to `prepared` and `message`.
  static Signer::Submission submission_of(const Prepared& prepared, const NewMessage& message,
                                          const Transaction& transaction, bool signature_on);
  Task<Result<std::string>> attach_only(const Transaction& transaction, NewMessage& message);
  Task<Result<Outcome>> submit_own(const Transaction& transaction, NewMessage& message);
  Task<Result<Forms>> forms_for(const Transaction& transaction, const Policy& policy, const mail::Address& owner,
                                LocalRecipients& recipients);
  static void keep_plain(const Submitted& submitted, NewMessage& message, const mail::Rope& plain,
                         std::string_view trace);
  Task<Result<Outcome>> try_own(const Submitted& submitted, NewMessage& message, Signer::Submission submission);
  static Outcome repeated(const NewMessage& message);
  void log_outcome(const record::Account& sender, const record::StoredMessage& form, std::uint64_t added) const;
  Task<Result<Outcome>> pass_on(const Transaction& transaction, NewMessage& message);
  Task<Result<std::optional<Refusal>>> sort_in(const Provenance& provenance, LocalRecipients& recipients);

  store::Store& store;
  Accounts& accounts;
  Mailboxes& mailboxes;
  crypto::Random& random;
  const Clock& clock;
  const Limits& limits;
  DepositPolicy policy;
  IncomingVerifier* verifier;
  Outbound* outbound;
  Policies policies;
  Templates templates;
  KeyRing keys;
  Signer signer;
  DkimSigner dkim;
  Router router;
  Repeats repeats;
  Postmaster postmaster;
  Receipts receipts;
  Refitter refitter;
  std::optional<DepositCounts> counts;
};

}  // namespace paraph::service
