#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "service/greeting_keyword.h"
#include "service/limits.h"
#include "service/mailboxes.h"
#include "service/policies.h"
#include "service/signatures.h"
#include "store/store.h"

namespace paraph::service {

/// The mailbox Greetings of visual voice mail, where telephones keep greetings, and their user's voice signature
/// (`X-CNS-Greeting-Type: voice-signature`). The recording of a voice signature that is on is the voice of the
/// account's signature: both change in one commit. One of them is on: the newest that was switched on takes the place
/// of the one before, whose keyword goes afterwards; so does it when a voice comes another way (signatures.h), which is
/// not touched by what becomes of older recordings here. Other kinds of greeting are messages like any other. Any event
/// loop.
class Greetings {
 public:
  Greetings(store::Store& store, Mailboxes& mailboxes, Signatures& signatures, Policies& policies,
            const Limits& limits);

  /// As Mailboxes::append(). Unsupported: a voice signature, on or not, whose recording cannot be used: too long, none
  /// at all, of an unknown format; then nothing is stored.
  Task<Result<Appended>> append(NewMessage message, Target target);
  /// As Mailboxes::store_flags(). Switched off, the voice is no part of the signature until it is on again, unless the
  /// policy `greeting-off-suspends` is off. Unsupported as above: then no flag is changed.
  Task<Result<FlagsStored>> store_flags(AccountId account, MailboxId mailbox, std::vector<Uid> uids,
                                        mail::FlagChange change, mail::Flags flags);
  /// As Mailboxes::expunge(). With the message that it came with, the voice is deleted, from older revisions too.
  Task<Result<std::vector<Uid>>> expunge(AccountId account, MailboxId mailbox, std::optional<std::vector<Uid>> uids);

 private:
  Task<Result<std::string>> load_owner(store::Batch& batch, AccountId account);
  Task<Result<bool>> off_suspends(AccountId account, const std::string& owner);
  Task<Result<void>> set_voice(store::Batch& batch, const SignatureEdit& edit, std::string voice, record::Place from);
  Task<Result<void>> take_voice(store::Batch& batch, const SignatureEdit& edit, AccountId account);
  Task<Result<void>> join_append(store::Batch& batch, const NewMessage& message, record::Place place, bool on,
                                 std::vector<Uid>& superseded);
  Task<Result<void>> join_flags(store::Batch& batch, const std::vector<mail::Entry>& entries, AccountId account,
                                MailboxId mailbox, bool asked_on, std::vector<Uid>& superseded);
  Task<Result<void>> join_expunge(store::Batch& batch, const std::vector<mail::Entry>& entries, AccountId account,
                                  MailboxId mailbox);

  store::Store& store_;
  Mailboxes& mailboxes_;
  Signatures& signatures_;
  Policies& policies_;
  const Limits& limits_;
};

}  // namespace paraph::service
