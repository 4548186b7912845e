#include "session/http/peers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"
#include "crypto/mac.h"
#include "crypto/sha256.h"

namespace paraph::session_http {
namespace {

std::optional<BlobId> hash_of(const std::string& token) {
  return token.empty() ? std::nullopt : std::optional(crypto::sha256(token));
}

}  // namespace

Peers::Peers(std::vector<Proof> proofs, const Clock& clock, Rate rate) : clock_(clock), rate_(rate) {
  for (auto& proof : proofs) {
    peers_.push_back({.name = std::move(proof.name),
                      .token_hash = hash_of(proof.token),
                      .subject = std::move(proof.subject),
                      .turns = rate_.burst,
                      .counted = clock_.now()});
  }
}

void Peers::renew(const std::vector<Proof>& proofs) {
  PARAPH_ASSERT(proofs.size() == peers_.size());
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < peers_.size(); ++i) peers_[i].token_hash = hash_of(proofs[i].token);
}

std::optional<std::size_t> Peers::find(std::string_view token, std::string_view subject) const {
  const auto asked = crypto::sha256(token);
  std::optional<std::size_t> found;
  const std::lock_guard lock(mutex_);
  // All are looked at, and hashes of equal length compared: a stranger cannot feel its way to a token.
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    const auto& peer = peers_[i];
    const bool knows = peer.token_hash && crypto::equal_in_constant_time(peer.token_hash->view(), asked.view());
    const bool is = !peer.subject.empty() && peer.subject == subject;
    if ((knows || is) && !found) found = i;
  }
  return found;
}

bool Peers::take_turn(std::size_t peer) {
  const std::lock_guard lock(mutex_);
  auto& one = peers_[peer];
  const auto now = clock_.now();
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - std::exchange(one.counted, now)).count());
  one.turns = std::min(rate_.burst, one.turns + seconds * rate_.per_second);
  if (one.turns < 1) return false;
  one.turns -= 1;
  return true;
}

}  // namespace paraph::session_http
