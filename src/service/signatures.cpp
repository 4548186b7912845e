#include "service/signatures.h"

#include <algorithm>
#include <utility>

#include "crypto/sha256.h"
#include "record/keys.h"
#include "service/account_guard.h"
#include "service/change_feed.h"
#include "service/signature_rows.h"
#include "service/templates.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

constexpr std::size_t kPastRevisionsMax = 20;  ///< spec 2.7

/// What is stored of an account's signature, as it was read.
struct Stored {
  std::optional<std::string> head_octets;
  record::SignatureHead head;
  mail::Signature current;  ///< empty() when there is none
};

Task<Result<Stored>> load_stored(store::Store& store, AccountId account) {
  Stored stored;
  PARAPH_CO_TRY(stored.head_octets, co_await store.get(record::signature_head_key(account)));
  if (!stored.head_octets) co_return stored;
  PARAPH_CO_TRY(stored.head, record::parse_signature_head(*stored.head_octets));
  if (stored.head.current == 0) co_return stored;
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::signature_key(account, stored.head.current)));
  if (!octets) co_return fail(Code::Corrupt, "the account's signature is gone: run `paraph check`");
  PARAPH_CO_TRY(stored.current, record::parse_signature(*octets));
  co_return stored;
}

void write_revision(store::Batch& batch, AccountId account, const Stored& before, const mail::Signature& next,
                    Time now) {
  record::SignatureHead head = before.head;
  if (!before.current.empty()) head.past.insert(head.past.begin(), signature::remember(before.current));
  std::erase_if(head.past, [&](const auto& past) { return past.revision == next.revision; });
  if (head.past.size() > kPastRevisionsMax) head.past.resize(kPastRevisionsMax);
  head.current = next.number;

  const std::string head_key = record::signature_head_key(account);
  batch.expects.push_back({head_key, before.head_octets});
  batch.writes.push_back({head_key, record::format_signature_head(head)});
  batch.writes.push_back({record::signature_key(account, next.number), record::format_signature(next, now)});
  if (before.head.current != 0)
    batch.writes.push_back({record::signature_key(account, before.head.current), std::nullopt});
  batch.retains = media_of(next);
  batch.releases = media_of(before.current);
  batch.topics.push_back(account_topic(account));
}

}  // namespace

std::vector<BlobId> media_of(const mail::Signature& signature) {
  std::vector<BlobId> blobs;
  if (signature.image) blobs.push_back(signature.image->blob);
  for (const auto& voice : signature.voice) blobs.push_back(voice.blob);
  std::ranges::sort(blobs);
  const auto doubles = std::ranges::unique(blobs);
  blobs.erase(doubles.begin(), doubles.end());
  return blobs;
}

Task<Result<void>> remove_signatures(store::Store& store, AccountId account) {
  PARAPH_CO_TRY(const auto stored, co_await load_stored(store, account));
  if (!stored.head_octets) co_return Result<void>();
  store::Batch batch;
  batch.expects.push_back({record::signature_head_key(account), stored.head_octets});
  batch.writes.push_back({record::signature_head_key(account), std::nullopt});
  if (stored.head.current != 0)
    batch.writes.push_back({record::signature_key(account, stored.head.current), std::nullopt});
  batch.releases = media_of(stored.current);
  co_return co_await store.commit(std::move(batch));
}

Signatures::Signatures(store::Store& store, media::Media& media, const Clock& clock, const Limits& limits)
    : store_(store), media_(media), clock_(clock), limits_(limits) {}

Task<Result<mail::Signature>> Signatures::set(AccountId account, std::string owner, SignatureChange change) {
  store::Batch batch;
  PARAPH_CO_CHECK(co_await expect_account(store_, batch, account));
  PARAPH_CO_TRY(const auto before, co_await load_stored(store_, account));
  mail::Signature next = before.current;
  next.owner = std::move(owner);
  PARAPH_CO_CHECK(co_await fill_own_fields(store_, account, next.owner, change));
  PARAPH_CO_CHECK(co_await import_signature(media_, limits_, std::move(change), next, batch));
  next.revision = signature::revision_of(next);
  if (before.head_octets && next.revision == before.current.revision) co_return before.current;
  next.number = before.head.current + 1;
  write_revision(batch, account, before, next, clock_.now());
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
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
  PARAPH_CO_TRY(auto stored, co_await load_stored(store_, account));
  co_return std::move(stored.current);
}

Task<Result<record::SignatureHead>> Signatures::head(AccountId account) {
  PARAPH_CO_TRY(auto stored, co_await load_stored(store_, account));
  co_return std::move(stored.head);
}

}  // namespace paraph::service
