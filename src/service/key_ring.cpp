#include "service/key_ring.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "record/keys.h"
#include "service/server_key.h"

namespace paraph::service {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr const char* kFirst = "k1";

std::string id_after(const std::string& id) {
  return fmt::format("k{}", parse_decimal(std::string_view(id).substr(1)).value_or(0) + 1);
}

bool verifies(const record::RingKey& key, Time now) {
  return !key.retired || now - *key.retired < KeyRing::kVerifiesFor;
}

}  // namespace

Task<Result<KeyRing::Loaded>> KeyRing::read() {
  Loaded loaded;
  PARAPH_CO_TRY(loaded.octets, co_await store_.get(record::key_ring_key()));
  if (loaded.octets) {
    PARAPH_CO_TRY(loaded.ring, record::parse_key_ring(*loaded.octets));
  } else {
    loaded.ring.push_back({.id = kFirst, .made = Time{}, .retired = std::nullopt});
    PARAPH_CO_TRY(loaded.secrets[kFirst], co_await load_server_key(store_, random_, kFirst));
    co_return loaded;
  }
  for (const auto& key : loaded.ring) {
    PARAPH_CO_TRY(auto secret, co_await store_.get(record::server_key_key(key.id)));
    if (!secret) co_return fail(Code::Corrupt, fmt::format("the key {} is gone: run `paraph check`", key.id));
    loaded.secrets[key.id] = std::move(*secret);
  }
  co_return loaded;
}

Task<Result<KeyRing::Loaded>> KeyRing::load() {
  std::uint64_t rotations = 0;
  {
    const std::lock_guard lock(mutex_);
    if (loaded_) co_return *loaded_;
    rotations = rotations_;
  }
  PARAPH_CO_TRY(auto found, co_await read());
  const std::lock_guard lock(mutex_);
  if (rotations == rotations_) loaded_ = found;
  co_return found;
}

Task<Result<signature::FieldKey>> KeyRing::active() {
  {
    const std::lock_guard lock(mutex_);
    if (loaded_) {
      const auto& id = loaded_->ring.back().id;
      co_return signature::FieldKey{.id = id, .secret = loaded_->secrets[id]};
    }
  }
  PARAPH_CO_TRY(auto found, co_await load());
  const auto& id = found.ring.back().id;
  co_return signature::FieldKey{.id = id, .secret = std::move(found.secrets[id])};
}

Task<Result<KeyRing::Secrets>> KeyRing::verifying() {
  PARAPH_CO_TRY(auto found, co_await load());
  Secrets secrets;
  for (const auto& key : found.ring) {
    if (verifies(key, clock_.now())) secrets[key.id] = std::move(found.secrets[key.id]);
  }
  co_return secrets;
}

Task<Result<std::vector<record::RingKey>>> KeyRing::list() {
  PARAPH_CO_TRY(auto found, co_await load());
  co_return std::move(found.ring);
}

Task<Result<record::RingKey>> KeyRing::rotate() {
  PARAPH_CO_TRY(auto found, co_await read());
  const Time now = clock_.now();
  store::Batch batch;
  std::erase_if(found.ring, [&](const record::RingKey& key) {
    if (verifies(key, now)) return false;
    batch.writes.push_back({record::server_key_key(key.id), std::nullopt});
    found.secrets.erase(key.id);
    return true;
  });
  found.ring.back().retired = now;
  const record::RingKey next{.id = id_after(found.ring.back().id), .made = now, .retired = std::nullopt};
  found.ring.push_back(next);
  const auto secret = random_.octets(kSecretBytes);
  found.secrets[next.id] = secret;
  const auto ring_key = record::key_ring_key();
  batch.expects.push_back({ring_key, std::exchange(found.octets, record::format_key_ring(found.ring))});
  batch.writes.push_back({ring_key, found.octets});
  batch.writes.push_back({record::server_key_key(next.id), secret});
  auto done = co_await store_.commit(std::move(batch));
  const std::lock_guard lock(mutex_);
  ++rotations_;
  // A commit that failed may have been applied: the store is asked again.
  loaded_ = done ? std::optional(std::move(found)) : std::nullopt;
  if (!done) co_return fail(std::move(done));
  co_return next;
}

}  // namespace paraph::service
