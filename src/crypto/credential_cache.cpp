#include "crypto/credential_cache.h"

#include <utility>

#include "crypto/mac.h"

namespace paraph::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;

}  // namespace

CredentialCache::CredentialCache(const Clock& clock, Random& random, Options options)
    : clock_(clock), options_(options), key_(random.octets(kKeyBytes)) {}

// Neither an account nor an Argon2 string holds a NUL, so no two triples make the same octets.
std::string CredentialCache::mac(std::string_view account, const Verifier& verifier, std::string_view password) const {
  std::string octets(account);
  octets += '\0';
  octets += verifier.argon2;
  octets += '\0';
  octets += password;
  return hmac_sha256(key_, octets);
}

bool CredentialCache::knows(std::string_view account, const Verifier& verifier, std::string_view password) const {
  const std::string asked = mac(account, verifier, password);
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = by_account_.find(std::string(account));
  if (found == by_account_.end()) return false;
  const Entry& entry = *found->second;
  // A clock that was set back makes entries look younger than new: those are not believed.
  return now >= entry.since && now - entry.since < options_.lifetime && equal_in_constant_time(entry.mac, asked);
}

void CredentialCache::remember(std::string_view account, const Verifier& verifier, std::string_view password) {
  if (options_.accounts_max == 0) return;
  Entry entry{std::string(account), mac(account, verifier, password), clock_.now()};
  forget(account);
  const std::lock_guard lock(mutex_);
  if (by_account_.contains(entry.account)) return;  // another thread remembered it just now
  if (entries_.size() >= options_.accounts_max) {
    by_account_.erase(entries_.front().account);
    entries_.pop_front();
  }
  entries_.push_back(std::move(entry));
  by_account_.emplace(entries_.back().account, std::prev(entries_.end()));
}

void CredentialCache::forget(std::string_view account) {
  const std::lock_guard lock(mutex_);
  const auto found = by_account_.find(std::string(account));
  if (found == by_account_.end()) return;
  entries_.erase(found->second);
  by_account_.erase(found);
}

std::size_t CredentialCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace paraph::crypto
