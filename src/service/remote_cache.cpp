#include "service/remote_cache.h"

#include <utility>

namespace paraph::service {
namespace {

constexpr std::size_t kEntryBytes = 512;  ///< of the structures around it, about
constexpr std::size_t kPastBytes = 256;
constexpr std::size_t kFieldBytes = 128;

std::size_t bytes_of(const std::string& owner, const Known& known) {
  const auto& signature = known.acquired.signature;
  std::size_t bytes = kEntryBytes + 3 * owner.size() + signature.text.size() + signature.html.size() +
                      signature.waveform.size() + (signature.voice.size() + known.acquired.past.size()) * kPastBytes;
  for (const auto& [name, value] : known.acquired.fields) bytes += kFieldBytes + name.size() + value.size();
  return bytes;
}

}  // namespace

std::shared_ptr<const Known> RemoteCache::find(const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(owner);
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->known;
}

void RemoteCache::put(const std::string& owner, std::shared_ptr<const Known> known) {
  const auto bytes = bytes_of(owner, *known);
  const std::lock_guard lock(mutex_);
  if (const auto place = places_.find(owner); place != places_.end()) drop(place->second);
  entries_.push_front({.owner = owner, .known = std::move(known), .bytes = bytes});
  places_.emplace(owner, entries_.begin());
  bytes_ += bytes;
  while (bytes_ > bytes_max_ && !entries_.empty()) drop(std::prev(entries_.end()));
}

void RemoteCache::erase(const std::string& owner) {
  const std::lock_guard lock(mutex_);
  if (const auto place = places_.find(owner); place != places_.end()) drop(place->second);
}

std::size_t RemoteCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void RemoteCache::drop(std::list<Entry>::iterator entry) {
  bytes_ -= entry->bytes;
  places_.erase(entry->owner);
  entries_.erase(entry);
}

}  // namespace paraph::service
