#include "service/signature_edit.h"

#include <algorithm>
#include <utility>

#include "record/keys.h"
#include "service/change_feed.h"
#include "service/signature_rows.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

/// Does `past` have a voice or a picture that was taken away between `before` and `next`?
bool has_taken_away(const mail::PastRevision& past, const mail::Signature& before, const mail::Signature& next) {
  const bool voice = !before.voice.empty() && next.voice.empty();
  const bool image = before.image && !next.image;
  return (voice && past.kinds.contains("voice")) || (image && past.kinds.contains("image"));
}

}  // namespace

Task<Result<SignatureEdit>> SignatureEdit::load(store::Store& store, AccountId account) {
  SignatureEdit edit;
  edit.account_ = account;
  PARAPH_CO_TRY(edit.octets_, co_await store.get(record::signature_head_key(account)));
  if (!edit.octets_) co_return edit;
  PARAPH_CO_TRY(edit.head_, record::parse_signature_head(*edit.octets_));
  if (edit.head_.current == 0) co_return edit;
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::signature_key(account, edit.head_.current)));
  if (!octets) co_return fail(Code::Corrupt, "the account's signature is gone: run `paraph check`");
  PARAPH_CO_TRY(edit.current_, record::parse_signature(*octets));
  PARAPH_CO_TRY(edit.created_, record::parse_signature_created(*octets));
  co_return edit;
}

void SignatureEdit::expect(store::Batch& batch) const {
  batch.expects.push_back({record::signature_head_key(account_), octets_});
}

record::SignatureHead SignatureEdit::head_after(const mail::Signature& next, Older older) const {
  record::SignatureHead head = head_;
  if (!current_.empty()) {
    auto past = signature::remember(current_);
    past.created = created_;
    head.past.insert(head.past.begin(), std::move(past));
    head.kept.insert(head.kept.begin(), head_.current);
  }
  std::erase_if(head.past, [&](const auto& past) { return past.revision == next.revision; });
  if (head.past.size() > kPastRevisionsMax) head.past.resize(kPastRevisionsMax);

  std::erase_if(head.kept, [&](const auto number) {
    const auto past = std::ranges::find(head.past, number, &mail::PastRevision::number);
    return past == head.past.end() || (older == Older::Strip && has_taken_away(*past, current_, next));
  });
  if (head.kept.size() > kKeptRevisionsMax) head.kept.resize(kKeptRevisionsMax);
  if (next.empty()) head.kept.clear();
  head.current = next.number;
  return head;
}

/// Of all revisions that have a row.
std::vector<std::uint64_t> SignatureEdit::rows() const {
  std::vector<std::uint64_t> numbers = head_.kept;
  if (head_.current != 0) numbers.push_back(head_.current);
  return numbers;
}

Task<Result<void>> SignatureEdit::erase_row(store::Store& store, store::Batch& batch, std::uint64_t number) const {
  std::string key = record::signature_key(account_, number);
  PARAPH_CO_TRY(const auto octets, co_await store.get(key));
  if (octets) {
    PARAPH_CO_TRY(const auto old, record::parse_signature(*octets));
    const auto media = media_of(old);
    batch.releases.insert(batch.releases.end(), media.begin(), media.end());
  }
  batch.writes.push_back({std::move(key), std::nullopt});
  co_return Result<void>();
}

Task<Result<void>> SignatureEdit::replace(store::Store& store, store::Batch& batch, mail::Signature& next, Older older,
                                          Time now, std::optional<record::Place> voice_from) const {
  next.number = head_.current + 1;
  auto head = head_after(next, older);
  head.voice_from = voice_from;
  for (const auto number : rows()) {
    if (std::ranges::find(head.kept, number) != head.kept.end()) continue;
    PARAPH_CO_CHECK(co_await erase_row(store, batch, number));
  }
  expect(batch);
  batch.writes.push_back({record::signature_head_key(account_), record::format_signature_head(head)});
  batch.writes.push_back({record::signature_key(account_, next.number), record::format_signature(next, now)});
  const auto media = media_of(next);
  batch.retains.insert(batch.retains.end(), media.begin(), media.end());
  batch.topics.push_back(account_topic(account_));
  co_return Result<void>();
}

void SignatureEdit::set_voice_from(store::Batch& batch, std::optional<record::Place> voice_from) const {
  auto head = head_;
  head.voice_from = voice_from;
  expect(batch);
  batch.writes.push_back({record::signature_head_key(account_), record::format_signature_head(head)});
}

Task<Result<void>> SignatureEdit::erase(store::Store& store, store::Batch& batch) const {
  if (!octets_) co_return Result<void>();
  expect(batch);
  batch.writes.push_back({record::signature_head_key(account_), std::nullopt});
  for (const auto number : rows()) {
    PARAPH_CO_CHECK(co_await erase_row(store, batch, number));
  }
  co_return Result<void>();
}

}  // namespace paraph::service
