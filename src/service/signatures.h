#pragma once
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"
#include "media/media.h"
#include "record/codec.h"
#include "service/import_signature.h"
#include "service/limits.h"
#include "store/store.h"

namespace paraph::service {

/// The signatures of local accounts: revisions, never altered (spec 3.3). Any event loop.
class Signatures {
 public:
  Signatures(store::Store& store, media::Media& media, const Clock& clock, const Limits& limits);
  /// A new revision. Codes of media::Media, BadInput (controls, not UTF-8, unsafe HTML), TooLarge, Conflict (somebody
  /// else at once, or the revision there now is not `expected`, which is "" for an empty one).
  Task<Result<mail::Signature>> set(AccountId account, std::string owner, SignatureChange change,
                                    std::optional<std::string> expected = std::nullopt);
  Task<Result<void>> clear(AccountId account);
  Task<Result<mail::Signature>> current(AccountId account);  ///< empty() when there is none
  Task<Result<record::SignatureHead>> head(AccountId account);

 private:
  store::Store& store_;
  media::Media& media_;
  const Clock& clock_;
  const Limits& limits_;
};

}  // namespace paraph::service
