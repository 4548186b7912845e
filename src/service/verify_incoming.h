#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "dkim/verify.h"
#include "dns/dns.h"
#include "record/codec.h"
#include "service/mailboxes.h"
#include "signature/field.h"
#include "store/store.h"

namespace paraph::service {

/// What a message from elsewhere can prove.
struct Provenance {
  std::string results;                 ///< the Authentication-Results field (RFC 8601), with its last CRLF
  record::SignatureOutcome signature;  ///< what its Paraph-Signature says, and whether that is to be believed
};

/// Looks at messages from elsewhere: their DKIM signatures, and with them whether a Paraph-Signature of another server
/// can be believed (spec 2.6, last point): DKIM vouches for it, it is aligned with From, and the content is the one
/// that was attached. Refuses nothing. Any event loop; one serves all sessions.
class IncomingVerifier {
 public:
  IncomingVerifier(store::Store& store, dns::Resolver& dns, const Clock& clock, std::string server_name)
      : store_(store), dns_(dns), clock_(clock), server_name_(std::move(server_name)) {}

  /// Waits for DNS (all keys are asked for at once, each look-up has its bound) and reads the message once when there
  /// is a signature to check. NotFound: a blob is gone; codes of the store.
  Task<Result<Provenance>> verify(const NewMessage& message);

 private:
  Task<Result<std::vector<dkim::Outcome>>> verify_dkim(const NewMessage& message);
  Task<std::vector<dkim::KeyAnswer>> ask(const std::vector<dkim::Signature>& signatures);
  Task<Result<record::SignatureOutcome>> believe(const NewMessage& message, const std::vector<dkim::Outcome>& outcomes);
  Task<Result<bool>> has_content(const NewMessage& message, const signature::ParaphSignature& field);

  store::Store& store_;
  dns::Resolver& dns_;
  const Clock& clock_;
  std::string server_name_;
};

/// "signature attached by example.org, verified", "... not verified: why", or "no signature". For people. Pure.
std::string verdict_of(const record::SignatureOutcome& outcome);

}  // namespace paraph::service
