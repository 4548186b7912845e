#include "service/greetings.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "record/keys.h"
#include "service/account_guard.h"
#include "service/greeting_octets.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

/// Of the voice that comes with messages of `mailbox`, which one it came with.
std::optional<Uid> voice_uid(const SignatureEdit& edit, MailboxId mailbox) {
  const auto& from = edit.head().voice_from;
  return from && from->mailbox == mailbox ? std::optional(from->uid) : std::nullopt;
}

/// What is wrong with a recording has one code; what is wrong with the store, or with the moment, keeps its own.
Error refused(Error error) {
  if (error.code == Code::BadInput || error.code == Code::TooLarge) error.code = Code::Unsupported;
  return error;
}

Task<Result<record::StoredMessage>> load_message(store::Store& store, MessageId id) {
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::message_key(id)));
  if (!octets) co_return fail(Code::NotFound, "the message is gone");
  co_return record::parse_message(*octets);
}

}  // namespace

Greetings::Greetings(store::Store& store, Mailboxes& mailboxes, Signatures& signatures, Policies& policies,
                     const Limits& limits)
    : store_(store), mailboxes_(mailboxes), signatures_(signatures), policies_(policies), limits_(limits) {}

// --- what goes along with a change to the mailbox, in its commit and in its turn

/// The account's address; the batch depends on the account.
Task<Result<std::string>> Greetings::load_owner(store::Batch& batch, AccountId account) {
  PARAPH_CO_CHECK(co_await expect_account(store_, batch, account));
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::account_key(account)));
  if (!octets) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(auto found, record::parse_account(*octets));
  co_return std::move(found.address);
}

Task<Result<bool>> Greetings::off_suspends(AccountId account, const std::string& owner) {
  std::string domain = lowered(owner.substr(owner.rfind('@') + 1));
  PARAPH_CO_TRY(const auto policy, co_await policies_.of(account, std::move(domain)));
  co_return policy.greeting_off_suspends;
}

Task<Result<void>> Greetings::set_voice(store::Batch& batch, const SignatureEdit& edit, std::string voice,
                                        record::Place from) {
  PARAPH_CO_TRY(auto owner, co_await load_owner(batch, from.account));
  SignatureChange change;
  change.voice = std::move(voice);
  auto set = co_await signatures_.set_within(batch, edit, std::move(owner), std::move(change), from);
  if (!set) co_return std::unexpected(refused(std::move(set).error()));
  co_return Result<void>();
}

Task<Result<void>> Greetings::take_voice(store::Batch& batch, const SignatureEdit& edit, AccountId account) {
  PARAPH_CO_TRY(auto owner, co_await load_owner(batch, account));
  SignatureChange change;
  change.voice = "";
  PARAPH_CO_CHECK(co_await signatures_.set_within(batch, edit, std::move(owner), std::move(change), std::nullopt));
  co_return Result<void>();
}

Task<Result<void>> Greetings::join_append(store::Batch& batch, const NewMessage& message, record::Place place, bool on,
                                          std::vector<Uid>& superseded) {
  superseded.clear();
  auto voice = co_await read_recording(store_, message.record, message.blobs, limits_.signature_upload_bytes_max);
  if (!voice) co_return std::unexpected(refused(std::move(voice).error()));
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, place.account));
  if (on) {
    if (const auto before = voice_uid(edit, place.mailbox)) superseded.push_back(*before);
    co_return co_await set_voice(batch, edit, *std::move(voice), place);
  }
  // Not switched on yet, but what could never be is refused now.
  store::Batch tried;
  co_return co_await set_voice(tried, edit, *std::move(voice), place);
}

Task<Result<void>> Greetings::join_flags(store::Batch& batch, const std::vector<mail::Entry>& entries,
                                         AccountId account, MailboxId mailbox, bool asked_on,
                                         std::vector<Uid>& superseded) {
  superseded.clear();
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  const auto before = voice_uid(edit, mailbox);
  std::optional<Uid> newest;
  record::StoredMessage newest_message;
  for (const auto& entry : entries) {
    if (!asked_on || !is_on(entry.flags)) continue;
    PARAPH_CO_TRY(auto message, co_await load_message(store_, entry.message));
    PARAPH_CO_TRY(const bool is_voice, co_await is_voice_signature(store_, message));
    if (!is_voice) continue;
    if (newest) superseded.push_back(*newest);
    newest = entry.uid;
    newest_message = std::move(message);
  }
  if (newest) {
    if (newest == before) co_return Result<void>();
    if (before) superseded.push_back(*before);
    const std::vector<mail::NewBlob> none;
    auto voice = co_await read_recording(store_, newest_message, none, limits_.signature_upload_bytes_max);
    if (!voice) co_return std::unexpected(refused(std::move(voice).error()));
    const record::Place place{.account = account, .mailbox = mailbox, .uid = *newest};
    co_return co_await set_voice(batch, edit, *std::move(voice), place);
  }
  const auto live = before ? std::ranges::find(entries, *before, &mail::Entry::uid) : entries.end();
  if (live == entries.end() || is_on(live->flags)) co_return Result<void>();
  PARAPH_CO_TRY(const bool suspends, co_await off_suspends(account, edit.current().owner));
  if (!suspends) co_return Result<void>();
  co_return co_await take_voice(batch, edit, account);
}

Task<Result<void>> Greetings::join_expunge(store::Batch& batch, const std::vector<mail::Entry>& entries,
                                           AccountId account, MailboxId mailbox) {
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  const auto live = voice_uid(edit, mailbox);
  if (live && std::ranges::find(entries, *live, &mail::Entry::uid) != entries.end())
    co_return co_await take_voice(batch, edit, account);
  edit.expect(batch);
  co_return Result<void>();
}

// --- the changes

Task<Result<Appended>> Greetings::append(NewMessage message, Target target) {
  const AccountId account = target.account;
  const MailboxId mailbox = target.mailbox;
  const bool on = is_on(target.flags);
  std::vector<Uid> superseded;
  Along along;
  if (is_voice_signature(message.header)) {
    along = [&](store::Batch& batch, const std::vector<mail::Entry>& entries) {
      const record::Place place{.account = account, .mailbox = mailbox, .uid = entries.front().uid};
      return join_append(batch, message, place, on, superseded);
    };
  }
  std::vector<Target> targets;
  targets.push_back(std::move(target));
  auto appended = co_await mailboxes_.append_or_keep(message, std::move(targets), std::move(along));
  if (!appended) {
    co_await give_back_upload(store_, message.upload, std::move(message.uploaded));
    co_return fail(std::move(appended));
  }
  co_await switch_off(mailboxes_, account, mailbox, std::move(superseded));
  co_return appended->front();
}

Task<Result<FlagsStored>> Greetings::store_flags(AccountId account, MailboxId mailbox, std::vector<Uid> uids,
                                                 mail::FlagChange change, mail::Flags flags) {
  const bool asked_on = change != mail::FlagChange::Remove && is_on(flags);
  std::vector<Uid> superseded;
  Along along = [&](store::Batch& batch, const std::vector<mail::Entry>& entries) {
    return join_flags(batch, entries, account, mailbox, asked_on, superseded);
  };
  auto stored = co_await mailboxes_.store_flags(account, mailbox, std::move(uids), change, std::move(flags),
                                                std::nullopt, std::move(along));
  if (stored) co_await switch_off(mailboxes_, account, mailbox, std::move(superseded));
  co_return stored;
}

Task<Result<std::vector<Uid>>> Greetings::expunge(AccountId account, MailboxId mailbox,
                                                  std::optional<std::vector<Uid>> uids) {
  Along along = [&](store::Batch& batch, const std::vector<mail::Entry>& entries) {
    return join_expunge(batch, entries, account, mailbox);
  };
  co_return co_await mailboxes_.expunge(account, mailbox, std::move(uids), std::move(along));
}

}  // namespace paraph::service
