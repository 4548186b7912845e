#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"

namespace paraph::source {

/// What a source knows of one owner.
struct Acquired {
  mail::Signature signature;             ///< may be empty(): the owner has none here, or wants none
  bool off = false;                      ///< the owner wants none: no other source is asked
  std::vector<mail::PastRevision> past;  ///< newest first, at most 20: for idempotence (spec 2.7)
  /// What the source knows of the owner, for templates (Fetched::fields). Empty: no template is to be filled, since
  /// the owner wants no signature.
  std::map<std::string, std::string> fields;
};

/// Where signatures are acquired. Called from any event loop, answers on the caller's. Never throws for a source that
/// does not answer. Codes: NotFound (this source does not know the owner: ask the next one), Unavailable (try again
/// later).
class Source {
 public:
  virtual ~Source() = default;
  /// As in `[signature] sources`: "local", or the name of a [[source]].
  virtual const std::string& name() const& = 0;
  /// `owner` is an addr-spec. The media of what comes back are blobs of the store already.
  virtual Task<Result<Acquired>> acquire(std::string owner) = 0;
  /// The owner may send soon: gets ready without making anybody wait. True: the sources after this one are not going to
  /// be asked, it knows a signature or that none is wanted. Does not throw for a source that does not answer.
  virtual Task<bool> prefetch(std::string owner) = 0;
  /// The owner's account goes away: erases what was kept for it. Codes of the store.
  virtual Task<Result<void>> forget(std::string owner) = 0;
};

}  // namespace paraph::source
