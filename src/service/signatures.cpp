#include "service/signatures.h"

#include <algorithm>
#include <utility>

#include "crypto/sha256.h"
#include "record/keys.h"
#include "service/account_guard.h"
#include "service/change_feed.h"
#include "service/signature_rows.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

constexpr std::size_t kPastRevisionsMax = 20;  ///< spec 2.7
constexpr std::uint32_t kImageWidthMax = 600;  ///< pixels; spec 2.8: as shown
constexpr std::uint32_t kImageHeightMax = 200;

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

mail::SignatureMedia kept(store::Batch& batch, media::Checked checked) {
  mail::SignatureMedia media{.media_type = std::move(checked.media_type),
                             .extension = std::move(checked.extension),
                             .blob = crypto::sha256(checked.octets),
                             .bytes = checked.octets.size(),
                             .duration = checked.duration};
  batch.blobs.push_back({media.blob, std::move(checked.octets)});
  return media;
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

Task<Result<void>> Signatures::apply(SignatureChange change, mail::Signature& next, store::Batch& batch) {
  if (change.text) {
    PARAPH_CO_TRY(next.text, signature::clean_text(*change.text));
    if (next.text.size() > limits_.signature_text_bytes_max)
      co_return fail(Code::TooLarge, "the signature's text is too long");
  }
  if (change.html) {
    PARAPH_CO_TRY(next.html, signature::clean_html(*change.html));
    if (next.html.size() > limits_.signature_html_bytes_max)
      co_return fail(Code::TooLarge, "the signature's HTML is too long");
  }
  if (change.voice) next.voice.clear();
  if (change.voice && !change.voice->empty()) {
    const media::Limits limits{.bytes_max = limits_.signature_voice_bytes_max,
                               .seconds_max = limits_.signature_voice_seconds_max};
    PARAPH_CO_TRY(auto checked, co_await media_.check(media::Kind::Voice, std::move(*change.voice), limits));
    next.voice.push_back(kept(batch, std::move(checked)));
  }
  if (change.image) next.image.reset();
  if (change.image && !change.image->empty()) {
    const media::Limits limits{
        .bytes_max = limits_.signature_image_bytes_max, .width_max = kImageWidthMax, .height_max = kImageHeightMax};
    PARAPH_CO_TRY(auto checked, co_await media_.check(media::Kind::Image, std::move(*change.image), limits));
    next.image = kept(batch, std::move(checked));
  }
  co_return Result<void>();
}

Task<Result<mail::Signature>> Signatures::set(AccountId account, std::string owner, SignatureChange change) {
  store::Batch batch;
  PARAPH_CO_CHECK(co_await expect_account(store_, batch, account));
  PARAPH_CO_TRY(const auto before, co_await load_stored(store_, account));
  mail::Signature next = before.current;
  next.owner = std::move(owner);
  PARAPH_CO_CHECK(co_await apply(std::move(change), next, batch));
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
