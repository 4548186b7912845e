#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "dkim/verify.h"
#include "dmarc/dmarc.h"
#include "dmarc/suffixes.h"
#include "dns/dns.h"
#include "mail/address.h"
#include "record/codec.h"
#include "service/mailboxes.h"
#include "signature/field.h"
#include "spf/spf.h"
#include "store/store.h"

namespace paraph::service {

/// Who hands a message over, as SPF sees it.
struct Handover {
  std::string address;  ///< "192.0.2.1", "2001:db8::1"; "": SPF and DMARC are not asked about
  std::string hello;    ///< its name in EHLO, as it came
  mail::Address reverse_path;
};

/// What a message from elsewhere can prove.
struct Provenance {
  std::string results;                 ///< the Authentication-Results field (RFC 8601), with its last CRLF
  record::SignatureOutcome signature;  ///< what its Paraph-Signature says, and whether that is to be believed
  spf::Answer spf;                     ///< None when it was not asked about
  dmarc::Outcome dmarc;                ///< likewise
};

/// Looks at messages from elsewhere: their DKIM signatures, SPF and DMARC, and with DKIM whether a Paraph-Signature of
/// another server can be believed (spec 2.6, last point): DKIM vouches for it, it is aligned with From, and the content
/// is the one that was attached. Refuses nothing (incoming_policy.h). Any event loop; one serves all sessions.
class IncomingVerifier {
 public:
  IncomingVerifier(store::Store& store, dns::Resolver& dns, const Clock& clock, crypto::Random& random,
                   std::string server_name)
      : store_(store), dns_(dns), clock_(clock), random_(random), server_name_(std::move(server_name)) {}

  /// Waits for DNS, kIncomingDnsWithin at the longest, and reads the message meanwhile, once, when there is a signature
  /// to check. NotFound: a blob is gone; codes of the store.
  Task<Result<Provenance>> verify(const NewMessage& message, Handover handover = {});

 private:
  struct Checked;
  Task<Result<Checked>> check(const NewMessage& message, const Handover& handover);
  Task<Result<dkim::BodyDigests>> hash_body(const NewMessage& message, const std::vector<dkim::Signature>& signatures);
  dmarc::Outcome evaluate(const NewMessage& message, const Checked& checked);
  Task<Result<record::SignatureOutcome>> believe(const NewMessage& message, const std::vector<dkim::Outcome>& outcomes);
  Task<Result<bool>> has_content(const NewMessage& message, const signature::ParaphSignature& field);

  store::Store& store_;
  dns::Resolver& dns_;
  const Clock& clock_;
  crypto::Random& random_;
  std::string server_name_;
  dmarc::Suffixes suffixes_;
};

/// "signature attached by example.org, verified", "... not verified: why", or "no signature". For people. Pure.
std::string verdict_of(const record::SignatureOutcome& outcome);

}  // namespace paraph::service
