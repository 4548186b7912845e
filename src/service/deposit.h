#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "mail/address.h"
#include "mail/transaction.h"
#include "service/accounts.h"
#include "service/acquire.h"
#include "service/fit.h"
#include "service/incoming_policy.h"
#include "service/key_ring.h"
#include "service/mailboxes.h"
#include "service/outbound.h"
#include "service/policies.h"
#include "service/postmaster.h"
#include "service/receive.h"
#include "service/send.h"
#include "service/verify_incoming.h"
#include "signature/attach.h"

namespace paraph::service {

/// What a session knows of a message besides its octets.
struct Transaction {
  std::optional<record::Account> principal;  ///< the authenticated sender (submission); nullopt: MX or LMTP, no engine
  mail::Address reverse_path;                ///< null() for <>
  mail::MailOptions options;                 ///< what else MAIL said
  std::vector<mail::Recipient> recipients;   ///< accepted by check_recipient(), in the order given
  std::string received_from;   ///< text for the Received field: "client.example ([192.0.2.1])"; checked by the session
  std::string protocol;        ///< "ESMTPSA", "LMTP", ... (RFC 3848)
  std::string peer;            ///< net::Endpoint::peer_key() of who sent it; "": nobody from outside
  std::string client_name;     ///< what it said in EHLO, as it came
  std::string client_address;  ///< on MX, whom SPF is asked about: net::Endpoint::address(); "": SPF and DMARC are not
};

/// What the operator's `[signature]` table says for a message whose signature cannot be acquired.
enum class OnFailure { Send, Defer, Reject };

struct DepositPolicy {
  std::string server_name;
  OnFailure on_failure = OnFailure::Send;
  signature::Policy attach;
  mail::Address postmaster;  ///< whose the mail of a postmaster without an account is (postmaster.h); null(): nobody's
  bool save_sent = true;     ///< keep the as-sent message in the sender's Sent, unless a policy says otherwise
};

/// The way of a message, in four steps that a reader can follow: receive (receive.h), acquire (acquire.h), attach
/// (signature/attach.h), send (send.h). Any event loop; one Deposit serves all sessions.
class Deposit {
 public:
  /// `verifier` looks at messages from elsewhere; without one they are taken unchecked. `metrics` counts, if there is
  /// one (deposit_counts.h). Without `outbound` nothing goes to other servers.
  Deposit(store::Store& store, Accounts& accounts, Mailboxes& mailboxes, Acquirer& acquirer, crypto::Random& random,
          const Clock& clock, const Limits& limits, DepositPolicy policy, IncomingVerifier* verifier = nullptr,
          Metrics* metrics = nullptr, Outbound* outbound = nullptr);

  /// May mail for `recipient` be taken here? NotFound: local domain, no such user (550 5.1.1). Denied: foreign domain,
  /// no relaying (550 5.7.1): only what an authenticated sender submits goes to other servers. OverQuota (552 5.2.2):
  /// there is no room for `bytes`. Where it goes: to `recipient`, but for postmasters (postmaster.h), who alone may be
  /// without a domain.
  Task<Result<mail::Address>> check_recipient(mail::Address recipient, Relaying relaying = Relaying::No,
                                              std::uint64_t bytes = 0);

  struct Outcome {
    signature::Report report;  ///< Untouched, with reason "", for MX and LMTP
    std::string message_id;    ///< for the reply and the log
    /// One per recipient, in order: LMTP answers each; SMTP fails as a whole (nothing is kept) when any fails. Without
    /// a mailbox: it waits in the queue.
    std::vector<Result<Appended>> deliveries;
    bool repeated = false;   ///< it was delivered before (repeats.h): nothing was kept, and there are no `deliveries`
    bool may_report = true;  ///< reports of success may go to the reverse-path (on MX: reverse_path_is_proven())
    std::optional<Refusal> refusal;  ///< every recipient's policy refuses the message: nothing was kept
  };
  /// Runs a received message through the pipeline. Durable when it answers. Codes: Denied (From is not the principal's
  /// own: 550 5.7.1), Refused (its signature is mandatory and cannot be attached: 554 5.7.1), BadInput (554 5.6.0),
  /// TooLarge, NoSpace (452 4.3.1), OverQuota, Unavailable (451), Unsupported (loop: 554 5.4.6).
  Task<Result<Outcome>> submit(Transaction transaction, NewMessage message);

  /// Steps 2 and 3 alone, for a message of `transaction.principal` that another program took and will send itself (a
  /// milter); the principal need not be an account here. The whole message as it shall go, in one form for all
  /// recipients; nothing is kept. "" when it goes as it is: the principal may not write as its From. Unavailable,
  /// Denied, Refused as submit(), when the operator's policy or the user's wants no message without a signature.
  Task<Result<std::string>> attach_only(Transaction transaction, NewMessage message);

  /// The message of an item of the queue for a server that does not take it as it is (refit.h, with its codes).
  Task<Result<NewMessage>> refit(record::Queued item, Fit fit);

  /// What every submission goes by, for those who change it: a change holds from the next message on.
  Policies& policies();
  KeyRing& keys();
  Postmaster& postmaster();

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace paraph::service
