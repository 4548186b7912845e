#include "dns/cares/cache.h"

#include <algorithm>
#include <utility>

namespace paraph::dns::cares {
namespace {

/// What the table itself takes for one of them, about.
constexpr std::size_t kEntryBytes = 200;

std::string key_of(const std::vector<Kind>& kinds, const std::string& name) {
  std::string key;
  for (const auto kind : kinds) key += static_cast<char>('a' + static_cast<int>(kind));
  return key + ' ' + name;
}

std::size_t bytes_of(const Answer& answer) {
  std::size_t bytes = answer.addresses.size() * sizeof(Address);
  for (const auto& text : answer.names_or_texts) bytes += sizeof text + text.size();
  for (const auto& mx : answer.exchanges) bytes += sizeof mx + mx.host.size();
  for (const auto& tlsa : answer.tlsas) bytes += sizeof tlsa + tlsa.data.size();
  return bytes;
}

bool is_nothing(const Answer& answer) {
  return answer.names_or_texts.empty() && answer.exchanges.empty() && answer.addresses.empty() && answer.tlsas.empty();
}

}  // namespace

std::optional<Result<Answer>> Cache::find(const std::vector<Kind>& kinds, const std::string& name, Now now) {
  auto key = key_of(kinds, name);
  const std::lock_guard lock(mutex_);
  if (const auto at = newer_.find(key); at != newer_.end()) {
    if (at->second.until > now) return at->second.answer;
    return std::nullopt;
  }
  const auto at = older_.find(key);
  if (at == older_.end() || at->second.until <= now) return std::nullopt;
  auto entry = std::move(at->second);
  older_.erase(at);
  auto answer = entry.answer;
  put(std::move(key), std::move(entry));
  return answer;
}

void Cache::keep(const std::vector<Kind>& kinds, const std::string& name, const Result<Answer>& answer,
                 std::chrono::seconds life, Now now) {
  if (life.count() <= 0 || !can_be_kept(answer)) return;
  const bool nothing = !answer || is_nothing(*answer);
  const auto kept = std::min(life, nothing ? kNothingKeptMax : kKeptMax);
  auto key = key_of(kinds, name);
  const auto bytes = kEntryBytes + key.size() + (answer ? bytes_of(*answer) : 0);
  const std::lock_guard lock(mutex_);
  put(std::move(key), {.answer = answer, .until = now + kept, .bytes = bytes});
}

void Cache::put(std::string key, Entry entry) {
  if (newer_bytes_ + entry.bytes > half_bytes_max_) {
    older_ = std::exchange(newer_, {});
    newer_bytes_ = 0;
  }
  if (entry.bytes > half_bytes_max_) return;
  const auto bytes = entry.bytes;
  const auto [at, fresh] = newer_.try_emplace(std::move(key), std::move(entry));
  if (!fresh) {
    newer_bytes_ -= at->second.bytes;
    at->second = std::move(entry);
  }
  newer_bytes_ += bytes;
}

}  // namespace paraph::dns::cares
