#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"
#include "media/media.h"
#include "record/codec.h"
#include "service/import_signature.h"
#include "service/limits.h"
#include "service/mailboxes.h"
#include "service/signature_edit.h"
#include "store/store.h"

namespace paraph::service {

/// One revision in a signature's history.
struct Revision {
  std::uint64_t number = 0;  ///< 0: not known
  std::string revision;      ///< r= of spec 2.6; "" for one that is empty
  Time created;              ///< Time{}: not known
  std::string kinds;         ///< "text:html:image:voice", "none"; "" : not known
  bool current = false;
  bool kept = false;  ///< restore() can bring it back; of the others there are only hashes
};

/// The signatures of local accounts: revisions, never altered (spec 3.3). Any event loop.
class Signatures {
 public:
  /// `mailboxes`, where there are any: a voice that takes the place of one out of Greetings, or takes it away, takes
  /// the keyword off that greeting too, so that a telephone shows what is true.
  Signatures(store::Store& store, media::Media& media, const Clock& clock, const Limits& limits,
             Mailboxes* mailboxes = nullptr);
  /// A new revision. Codes of media::Media, BadInput (controls, not UTF-8, unsafe HTML), TooLarge, Conflict (somebody
  /// else at once, or the revision there now is not `expected`, which is "" for an empty one).
  Task<Result<mail::Signature>> set(AccountId account, std::string owner, SignatureChange change,
                                    std::optional<std::string> expected = std::nullopt);
  /// The same within somebody's batch, for what must become durable together; `edit` was loaded for it. Nothing is
  /// added to the batch when nothing changes. `voice_from` is the message that the change's voice came with.
  Task<Result<mail::Signature>> set_within(store::Batch& batch, const SignatureEdit& edit, std::string owner,
                                           SignatureChange change, std::optional<record::Place> voice_from);
  /// Takes everything away, older revisions and their media too: hashes remain (spec 3.3, 5.1).
  Task<Result<void>> clear(AccountId account);
  Task<Result<mail::Signature>> current(AccountId account);  ///< empty() when there is none
  Task<Result<record::SignatureHead>> head(AccountId account);

  /// The current revision and those before it that are remembered, newest first; none when there never was one.
  Task<Result<std::vector<Revision>>> history(AccountId account);
  /// A new revision with the content of revision `number`, which is kept whole, or is the current one (then nothing
  /// changes). NotFound: there is none of that number, or only its hashes are left; Conflict.
  Task<Result<mail::Signature>> restore(AccountId account, std::uint64_t number);

 private:
  Task<void> tell_greetings(std::optional<record::Place> before, std::optional<record::Place> now);

  store::Store& store_;
  media::Media& media_;
  const Clock& clock_;
  const Limits& limits_;
  Mailboxes* mailboxes_;
};

}  // namespace paraph::service
