#include "queue/destinations.h"

#include <algorithm>
#include <utility>

namespace paraph::queue {
namespace {

constexpr std::size_t kStarvingMax = 1000;
constexpr std::size_t kDownMax = 10'000;
/// Items after which a lane makes room when others wait for one.
constexpr std::size_t kServedAtOnce = 20;
constexpr std::size_t kLooksFromHere = 64;
constexpr std::chrono::minutes kPausedMax{1};

/// A lane that is not kept waiting looks for more many times a second.
constexpr std::chrono::seconds kLooksWithin{1};

/// A clock that went back makes no pause longer.
bool is_paused(const Destination& destination, Time now) {
  return now < destination.paused_until && destination.paused_until - now <= kPausedMax;
}

}  // namespace

std::size_t Destinations::lanes_for(const Destination& destination) const {
  return down_.contains(destination.name) ? 1 : per_destination_;
}

bool Destinations::may_begin(const Destination& destination) const {
  return lanes_ < lanes_max_ && destination.lanes < lanes_for(destination);
}

/// Is it served well enough? Lanes that are kept waiting get another beside them while half of all are free.
bool Destinations::is_served(const Destination& destination, Time now) const {
  if (destination.lanes == 0) return false;
  return now - destination.looked < kLooksWithin || lanes_ >= lanes_max_ / 2;
}

bool Destinations::ring(const std::string& name, std::string bell_key, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = all_.find(name);
  if (found == all_.end() && starving_.size() >= kStarvingMax) return false;
  auto& one = found != all_.end() ? found->second : all_[name];
  if (!one) one = std::make_shared<Destination>(Destination{.name = name});
  one->bells.insert(std::move(bell_key));
  one->again = true;
  if (is_served(*one, now) || one->starving || is_paused(*one, now)) return true;
  one->starving = true;
  starving_.push_back(one);
  return true;
}

std::vector<DestinationPtr> Destinations::lanes_to_begin(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<DestinationPtr> begin;
  for (std::size_t left = starving_.size(); left != 0 && lanes_ < lanes_max_; --left) {
    auto one = std::move(starving_.front());
    starving_.pop_front();
    one->starving = false;
    if (is_paused(*one, now) || !may_begin(*one)) continue;
    ++one->lanes;
    ++lanes_;
    one->looked = now;  // it is about to
    begin.push_back(std::move(one));
  }
  return begin;
}

std::size_t Destinations::more_lanes(Destination& destination) {
  const std::lock_guard lock(mutex_);
  std::size_t more = 0;
  while (more < destination.ready.size() && starving_.empty() && may_begin(destination)) {
    ++destination.lanes;
    ++lanes_;
    ++more;
  }
  return more;
}

void Destinations::end_lane(const DestinationPtr& destination, std::optional<Time> failed) {
  const std::lock_guard lock(mutex_);
  --destination->lanes;
  --lanes_;
  if (failed) destination->paused_until = *failed;
  if (destination->lanes != 0 || destination->starving) return;
  if (!failed && (destination->again || !destination->ready.empty())) {
    destination->starving = true;
    starving_.push_back(destination);
    return;
  }
  // What was taken for nothing is taken again when its lease ends. A destination that failed is remembered, so that it
  // is left alone.
  for (const auto& row : destination->ready) held_.erase(row.id.value);
  destination->ready.clear();
  if (!failed) all_.erase(destination->name);
}

bool Destinations::must_yield(const Destination& destination, std::size_t served) const {
  const std::lock_guard lock(mutex_);
  if (destination.lanes > lanes_for(destination)) return true;
  return !starving_.empty() && (destination.lanes > 1 || served >= kServedAtOnce);
}

bool Destinations::busy() const {
  const std::lock_guard lock(mutex_);
  return lanes_ != 0 || !starving_.empty();
}

bool Destinations::has_room() const {
  const std::lock_guard lock(mutex_);
  return starving_.size() < kStarvingMax / 2;
}

std::optional<service::ItemRow> Destinations::next_ready(Destination& destination) {
  const std::lock_guard lock(mutex_);
  if (destination.ready.empty()) return std::nullopt;
  auto row = std::move(destination.ready.front());
  destination.ready.pop_front();
  return row;
}

bool Destinations::has_ready(const Destination& destination) const {
  const std::lock_guard lock(mutex_);
  return !destination.ready.empty();
}

void Destinations::add_ready(Destination& destination, std::vector<service::ItemRow> rows) {
  const std::lock_guard lock(mutex_);
  for (auto& row : rows) {
    held_.insert(row.id.value);
    destination.ready.push_back(std::move(row));
  }
}

Destinations::Look Destinations::begin_look(Destination& destination, Time now) {
  const std::lock_guard lock(mutex_);
  destination.again = false;
  destination.looked = now;
  // What came late may be due before what was taken: now and then a look begins at the beginning.
  if (++destination.looks % kLooksFromHere == 0) destination.from.clear();
  return {.bells = {destination.bells.begin(), destination.bells.end()}, .from = destination.from};
}

void Destinations::note_taken(Destination& destination, std::string key) {
  const std::lock_guard lock(mutex_);
  destination.from = std::move(key);
}

bool Destinations::end_look(Destination& destination, const std::vector<std::string>& bells) {
  const std::lock_guard lock(mutex_);
  if (destination.again) return false;
  for (const auto& key : bells) destination.bells.erase(key);
  destination.from.clear();
  return true;
}

void Destinations::note_up(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = down_.find(name);
  if (found != down_.end()) down_.erase(found);
}

void Destinations::note_down(const std::string& name, Down down) {
  const std::lock_guard lock(mutex_);
  if (down_.size() >= kDownMax) down_.clear();
  down_.insert_or_assign(name, std::move(down));
}

void Destinations::end_down(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = down_.find(name);
  if (found != down_.end()) found->second.until = found->second.since;
}

std::optional<Down> Destinations::find_down(const std::string& name, Time now) const {
  const std::lock_guard lock(mutex_);
  const auto found = down_.find(name);
  if (found == down_.end() || now >= found->second.until || now < found->second.since) return std::nullopt;
  return found->second;
}

bool Destinations::holds(record::ItemId id) const {
  const std::lock_guard lock(mutex_);
  return held_.contains(id.value);
}

void Destinations::let_go(record::ItemId id) {
  const std::lock_guard lock(mutex_);
  held_.erase(id.value);
}

}  // namespace paraph::queue
