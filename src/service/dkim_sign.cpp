#include "service/dkim_sign.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dkim/sign.h"
#include "dkim/verify.h"
#include "service/header_edit.h"
#include "service/new_octets.h"
#include "service/unix_seconds.h"
#include "signature/attach.h"

namespace paraph::service {
namespace {

constexpr std::size_t kFieldsSeenMax = 50;  ///< DKIM-Signature fields that a client wrote

const DkimKey* newest(const std::vector<DkimKey>& keys, crypto::KeyKind kind) {
  const DkimKey* found = nullptr;
  for (const auto& key : keys) {
    if (key.key.kind() == kind && (found == nullptr || key.created >= found->created)) found = &key;
  }
  return found;
}

struct Digests {
  std::string relaxed;
  dkim::BodyDigests of_fields;  ///< as the client's own signatures want them
};

Task<Result<Digests>> hash_body(NewOctets& octets, const record::StoredMessage& message,
                                const std::vector<dkim::Signature>& signatures) {
  const mail::Range body = message.structure.root().body;
  dkim::BodyHasher relaxed(dkim::Canonical::Relaxed);
  dkim::BodyHashing others(signatures);
  auto feed = [&](std::string_view piece) {
    relaxed.feed(piece);
    others.feed(piece);
  };
  PARAPH_CO_CHECK(co_await octets.stream(message.rope, body, feed));
  Digests digests{.relaxed = relaxed.finish().sha256, .of_fields = others.finish()};
  co_return digests;
}

/// Does one of our own keys say that it is good?
bool verifies(const dkim::Signature& signature, std::string_view header, const Digests& digests,
              const std::vector<DkimKey>& keys, std::uint64_t now) {
  const auto key = std::ranges::find(keys, signature.outcome.selector, &DkimKey::selector);
  if (key == keys.end()) return false;
  auto record = dkim::format_key_record(key->key);
  if (!record) return false;
  dkim::KeyAnswer answer;
  answer.records.push_back(std::move(*record));
  return dkim::check_signature(signature, header, digests.of_fields, answer, now).verdict == dkim::Verdict::Pass;
}

/// Takes the DKIM-Signature fields out and puts those to be kept back on top. `header` is the message's top header.
void keep_fields(record::StoredMessage& message, std::string& header, const std::string& kept) {
  signature::Message edited{.rope = std::move(message.rope), .structure = std::move(message.structure)};
  edited.octets.emplace(edited.structure.root().header, std::move(header));
  edit_top_header(edited, {"DKIM-Signature"}, kept);
  header = std::move(edited.octets.begin()->second);
  message.rope = std::move(edited.rope);
  message.structure = std::move(edited.structure);
}

}  // namespace

DkimSigner::DkimSigner(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {
  subscription_ = store.watch(kDkimTopic, [cache = cache_] {
    const std::lock_guard lock(cache->mutex);
    ++cache->generation;
    cache->keys.clear();
  });
}

Task<Result<DkimSigner::Keys>> DkimSigner::keys_of(std::string domain) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(cache_->mutex);
    const auto found = cache_->keys.find(domain);
    if (found != cache_->keys.end()) co_return found->second;
    generation = cache_->generation;
  }
  PARAPH_CO_TRY(auto loaded, co_await load_dkim_keys(store_, domain));
  auto keys = std::make_shared<const std::vector<DkimKey>>(std::move(loaded));
  const std::lock_guard lock(cache_->mutex);
  if (cache_->generation == generation) cache_->keys.insert_or_assign(std::move(domain), keys);
  co_return keys;
}

Task<Result<std::string>> DkimSigner::sign(record::StoredMessage& message, const std::vector<mail::NewBlob>& blobs,
                                           std::string_view top_fields, std::string domain) {
  domain = lowered(domain);
  if (domain.empty()) co_return std::string();
  PARAPH_CO_TRY(const auto keys, co_await keys_of(domain));
  if (keys->empty()) co_return std::string();
  NewOctets octets(store_, blobs);
  PARAPH_CO_TRY(auto header, co_await octets.read(message.rope, message.structure.root().header));
  const std::uint64_t now = unix_seconds(clock_.now());

  const auto written = dkim::find_signatures(header, kFieldsSeenMax);
  std::vector<dkim::Signature> own;
  std::ranges::copy_if(written, std::back_inserter(own),
                       [&](const auto& signature) { return signature.outcome.domain == domain; });
  PARAPH_CO_TRY(const auto digests, co_await hash_body(octets, message, own));
  std::string kept;
  bool all = true;
  for (const auto& signature : written) {
    const bool keep = signature.outcome.domain != domain || verifies(signature, header, digests, *keys, now);
    if (keep) kept += signature.field;
    all = all && keep;
  }
  if (!all) keep_fields(message, header, kept);

  header.insert(0, top_fields);
  std::string fields;
  for (const auto kind : {crypto::KeyKind::Rsa, crypto::KeyKind::Ed25519}) {
    const DkimKey* const key = newest(*keys, kind);
    if (key == nullptr) continue;
    auto field = dkim::sign(header, digests.relaxed, key->key,
                            {.domain = domain, .selector = key->selector, .unix_seconds = now});
    if (field) {
      fields += *field;
    } else {
      log(Level::Error, "dkim domain={} selector={} did not sign: {}", printable(domain), key->selector,
          field.error().text);
    }
  }
  co_return fields;
}

}  // namespace paraph::service
