#include "service/signatures.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "record/keys.h"
#include "service/account_guard.h"
#include "service/greeting_keyword.h"
#include "service/signature_rows.h"
#include "service/templates.h"
#include "signature/make.h"

namespace paraph::service {

std::vector<BlobId> media_of(const mail::Signature& signature) {
  std::vector<BlobId> blobs;
  if (signature.image) blobs.push_back(signature.image->blob);
  for (const auto* original : {&signature.voice_original, &signature.image_original}) {
    if (*original) blobs.insert(blobs.end(), (*original)->blobs.begin(), (*original)->blobs.end());
  }
  for (const auto& voice : signature.voice) blobs.push_back(voice.blob);
  std::ranges::sort(blobs);
  const auto doubles = std::ranges::unique(blobs);
  blobs.erase(doubles.begin(), doubles.end());
  return blobs;
}

Task<Result<void>> remove_signatures(store::Store& store, AccountId account) {
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store, account));
  store::Batch batch;
  PARAPH_CO_CHECK(co_await edit.erase(store, batch));
  if (batch.writes.empty()) co_return Result<void>();
  co_return co_await store.commit(std::move(batch));
}

Signatures::Signatures(store::Store& store, media::Media& media, const Clock& clock, const Limits& limits,
                       Mailboxes* mailboxes)
    : store_(store), media_(media), clock_(clock), limits_(limits), mailboxes_(mailboxes) {}

Task<void> Signatures::tell_greetings(std::optional<record::Place> before, std::optional<record::Place> now) {
  if (mailboxes_ == nullptr || !before || before == now) co_return;
  std::vector<Uid> superseded{before->uid};
  co_await switch_off(*mailboxes_, before->account, before->mailbox, std::move(superseded));
}

Task<Result<mail::Signature>> Signatures::set(AccountId account, std::string owner, SignatureChange change,
                                              std::optional<std::string> expected) {
  store::Batch batch;
  PARAPH_CO_CHECK(co_await expect_account(store_, batch, account));
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  if (expected && *expected != edit.current().revision)
    co_return fail(Code::Conflict, "the signature was changed meanwhile");
  PARAPH_CO_CHECK(co_await fill_own_fields(store_, account, owner, change));
  const auto voice_from = change.voice ? std::nullopt : edit.head().voice_from;
  PARAPH_CO_TRY(auto next, co_await set_within(batch, edit, std::move(owner), std::move(change), std::nullopt));
  if (batch.writes.empty()) co_return next;
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  co_await tell_greetings(edit.head().voice_from, voice_from);
  co_return next;
}

Task<Result<mail::Signature>> Signatures::set_within(store::Batch& batch, const SignatureEdit& edit, std::string owner,
                                                     SignatureChange change, std::optional<record::Place> voice_from) {
  if (!change.voice) voice_from = edit.head().voice_from;
  mail::Signature next = edit.current();
  next.owner = std::move(owner);
  store::Batch media;
  PARAPH_CO_CHECK(co_await import_signature(media_, limits_, std::move(change), next, media));
  next.revision = signature::revision_of(next);
  if (!edit.never_set() && next.revision == edit.current().revision) {
    if (voice_from != edit.head().voice_from) edit.set_voice_from(batch, voice_from);
    co_return edit.current();
  }
  std::ranges::move(media.blobs, std::back_inserter(batch.blobs));
  PARAPH_CO_CHECK(co_await edit.replace(store_, batch, next, Older::Strip, clock_.now(), voice_from));
  co_return next;
}

Task<Result<void>> Signatures::clear(AccountId account) {
  PARAPH_CO_TRY(const auto now, co_await current(account));
  // An empty revision: numbers go on, and what was sent before is still known.
  SignatureChange nothing{.text = "", .html = "", .voice = "", .image = ""};
  PARAPH_CO_CHECK(co_await set(account, now.owner, std::move(nothing)));
  co_return Result<void>();
}

Task<Result<mail::Signature>> Signatures::current(AccountId account) {
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  co_return edit.current();
}

Task<Result<record::SignatureHead>> Signatures::head(AccountId account) {
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  co_return edit.head();
}

Task<Result<std::vector<Revision>>> Signatures::history(AccountId account) {
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  const auto& [current, past_revisions, kept, from] = edit.head();
  std::vector<Revision> history;
  if (current != 0) {
    history.push_back({.number = current,
                       .revision = edit.current().revision,
                       .created = edit.created(),
                       .kinds = signature::kinds_of(edit.current()),
                       .current = true});
  }
  for (const auto& past : past_revisions) {
    history.push_back({.number = past.number,
                       .revision = past.revision,
                       .created = past.created,
                       .kinds = past.kinds,
                       .kept = past.number != 0 && std::ranges::find(kept, past.number) != kept.end()});
  }
  co_return history;
}

Task<Result<mail::Signature>> Signatures::restore(AccountId account, std::uint64_t number) {
  store::Batch batch;
  PARAPH_CO_CHECK(co_await expect_account(store_, batch, account));
  PARAPH_CO_TRY(const auto edit, co_await SignatureEdit::load(store_, account));
  const auto& head = edit.head();
  if (number != 0 && number == head.current) co_return edit.current();
  if (std::ranges::find(head.kept, number) == head.kept.end()) {
    const bool known =
        number != 0 && std::ranges::find(head.past, number, &mail::PastRevision::number) != head.past.end();
    co_return fail(Code::NotFound, known ? fmt::format("of revision {} only hashes are left", number)
                                         : fmt::format("there is no revision {}", number));
  }
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::signature_key(account, number)));
  if (!octets) co_return fail(Code::Conflict, "the signature is being changed: try again");
  PARAPH_CO_TRY(auto next, record::parse_signature(*octets));
  auto voice_from = next.voice == edit.current().voice ? head.voice_from : std::nullopt;
  PARAPH_CO_CHECK(co_await edit.replace(store_, batch, next, Older::Keep, clock_.now(), voice_from));
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  co_await tell_greetings(head.voice_from, voice_from);
  co_return next;
}

}  // namespace paraph::service
