#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"
#include "record/codec.h"
#include "store/store.h"

namespace paraph::service {

inline constexpr std::size_t kPastRevisionsMax = 20;  ///< remembered by hashes: spec 2.7
inline constexpr std::size_t kKeptRevisionsMax = 5;   ///< of these, kept whole: one can go back to them

/// What becomes of older revisions that are kept whole, when the new one lacks a voice or a picture that the current
/// one has.
enum class Older {
  Strip,  ///< it was taken away: those that have such a one keep hashes only (spec 5.1)
  Keep,   ///< nobody took it away: an older revision came back
};

/// One account's signature within a batch: as it was read, and the one place that writes its rows. The Expect on the
/// head guards the revisions beside it: whoever writes one changes the head.
class SignatureEdit {
 public:
  /// Corrupt. An account that is not there has no signature.
  static Task<Result<SignatureEdit>> load(store::Store& store, AccountId account);

  const record::SignatureHead& head() const& { return head_; }
  const mail::Signature& current() const& { return current_; }  ///< empty() when there is none
  Time created() const { return created_; }                     ///< when it became that
  bool never_set() const { return !octets_; }

  /// The batch depends on the signature as it was read.
  void expect(store::Batch& batch) const;
  /// Makes `next` (its revision known) the current revision, under the next number, which it gets. Past
  /// kKeptRevisionsMax, and when nothing is left of the signature, older ones keep hashes only. `now`: whole seconds
  /// are kept.
  Task<Result<void>> replace(store::Store& store, store::Batch& batch, mail::Signature& next, Older older, Time now,
                             std::optional<record::Place> voice_from) const;
  /// Says where the voice came from, when that is all that changed.
  void set_voice_from(store::Batch& batch, std::optional<record::Place> voice_from) const;
  /// Erases every row, and gives the media back.
  Task<Result<void>> erase(store::Store& store, store::Batch& batch) const;

 private:
  record::SignatureHead head_after(const mail::Signature& next, Older older) const;
  std::vector<std::uint64_t> rows() const;
  Task<Result<void>> erase_row(store::Store& store, store::Batch& batch, std::uint64_t number) const;

  AccountId account_;
  std::optional<std::string> octets_;  ///< of the head
  record::SignatureHead head_;
  mail::Signature current_;
  Time created_;  ///< when current_ was made
};

}  // namespace paraph::service
