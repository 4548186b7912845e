#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "record/codec.h"
#include "service/acquire.h"
#include "service/key_ring.h"
#include "service/mailboxes.h"
#include "service/templates.h"
#include "signature/attach.h"
#include "signature/verify.h"

namespace paraph::service {

/// Steps 2 and 3 of a deposit: the sender's signature is acquired and attached. Any event loop.
class Signer {
 public:
  Signer(store::Store& store, Acquirer& acquirer, Templates& templates, crypto::Random& random, const Clock& clock,
         KeyRing& keys)
      : store_(store), acquirer_(acquirer), templates_(templates), random_(random), clock_(clock), keys_(keys) {}

  /// A submission that is ready to be signed: its header complete, its sender sure. `message.octets` holds the top
  /// header.
  struct Submission {
    const signature::Message& message;
    const std::vector<mail::NewBlob>& blobs;  ///< of the message, not put yet
    mail::Address owner;                      ///< whose signature
    std::string reverse_path;                 ///< empty: null
    bool signature_on = true;
    bool source_failed = false;  ///< do not ask the sources: what they gave cannot be used
    bool refused = false;        ///< kinds that a form leaves out are those that the server refuses: x=codec
  };
  struct Signed {
    mail::Rope rope;
    mail::Structure structure;
    signature::Report report;
    record::SignatureOutcome outcome;
    std::string field;  ///< Paraph-Signature, to go on top; empty for a message left untouched
  };
  /// The message in each of `forms` (one at least), with the same Content-IDs in all of them. Never fails for want of a
  /// signature: `report.reason` is "fetch" then. NotFound: a blob is gone; codes of the store.
  Task<Result<std::vector<Signed>>> sign(Submission submission, std::vector<signature::Policy> forms);

  /// What is found of the message's own Paraph-Signature fields (spec 2.7 (1)).
  struct Own {
    std::optional<signature::GenuineField> field;  ///< it holds for the message as it is: nothing is to be signed
    std::string reason;                            ///< why no field is believed: "mac", "content"
  };
  /// Looks at a message that is in the state in which it was submitted. Codes as sign().
  Task<Result<Own>> find_own(const signature::Message& message, const std::vector<mail::NewBlob>& blobs,
                             const mail::Address& owner);
  /// A message that keeps its own field, as if signed.
  static Signed kept(const signature::Message& message, const signature::ParaphSignature& field);

 private:
  Task<Result<void>> load(signature::Message& message, const std::vector<mail::NewBlob>& blobs,
                          std::vector<mail::Range> wanted);
  Task<Result<Signed>> attach(const Submission& submission, const Acquirer::Answer& answer, const std::string& nonce,
                              const signature::Policy& policy);
  Task<Result<Signed>> sign_one(const Submission& submission, const Acquirer::Answer& answer, const std::string& nonce,
                                const signature::Policy& policy);

  store::Store& store_;
  Acquirer& acquirer_;
  Templates& templates_;
  crypto::Random& random_;
  const Clock& clock_;
  KeyRing& keys_;
};

}  // namespace paraph::service
