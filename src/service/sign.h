#pragma once
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "record/codec.h"
#include "service/acquire.h"
#include "service/mailboxes.h"
#include "signature/attach.h"
#include "signature/field.h"

namespace paraph::service {

/// Steps 2 and 3 of a deposit: the sender's signature is acquired and attached. Any event loop.
class Signer {
 public:
  Signer(store::Store& store, Acquirer& acquirer, crypto::Random& random, const Clock& clock, signature::Policy policy)
      : store_(store), acquirer_(acquirer), random_(random), clock_(clock), policy_(policy) {}

  /// A submission that is ready to be signed: its header complete, its sender sure. `message.octets` holds the top
  /// header.
  struct Submission {
    const signature::Message& message;
    const std::vector<mail::NewBlob>& blobs;  ///< of the message, not put yet
    mail::Address owner;                      ///< whose signature
    std::string reverse_path;                 ///< empty: null
    bool signature_on = true;
    bool source_failed = false;  ///< do not ask the sources: what they gave cannot be used
  };
  struct Signed {
    mail::Rope rope;
    mail::Structure structure;
    signature::Report report;
    record::SignatureOutcome outcome;
    std::string field;  ///< Paraph-Signature, to go on top; empty for a message left untouched
  };
  /// Never fails for want of a signature: `report.reason` is "fetch" then. NotFound: a blob is gone; codes of the
  /// store.
  Task<Result<Signed>> sign(Submission submission);

 private:
  Task<Result<signature::FieldKey>> key();
  Task<Result<void>> load_wanted(signature::Message& message, const std::vector<mail::NewBlob>& blobs,
                                 const source::Acquired& acquired);
  Task<Result<Signed>> attach(const Submission& submission, const Acquirer::Answer& answer);

  store::Store& store_;
  Acquirer& acquirer_;
  crypto::Random& random_;
  const Clock& clock_;
  signature::Policy policy_;
  std::mutex mutex_;
  std::optional<signature::FieldKey> key_;  ///< under mutex_; read from the store once
};

}  // namespace paraph::service
