#include "session/http/peers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "crypto/mac.h"
#include "crypto/sha256.h"

namespace paraph::session_http {

Peers::Peers(std::vector<Proof> proofs, const Clock& clock, Rate rate) : clock_(clock), rate_(rate) {
  for (auto& proof : proofs) {
    std::optional<BlobId> hash;
    if (!proof.token.empty()) hash = crypto::sha256(proof.token);
    peers_.push_back({.name = std::move(proof.name),
                      .token_hash = hash,
                      .subject = std::move(proof.subject),
                      .turns = rate_.burst,
                      .counted = clock_.now()});
  }
}

std::optional<std::size_t> Peers::find(std::string_view token, std::string_view subject) const {
  const auto asked = crypto::sha256(token);
  std::optional<std::size_t> found;
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
