#include "queue/destinations.h"

#include <algorithm>
#include <utility>

namespace paraph::queue {
namespace {

constexpr std::size_t kStarvingMax = 1000;
/// In all lines together: those of one host that is slow shall not keep others out.
constexpr std::size_t kWaitingMax = 20'000;
constexpr std::size_t kDownMax = 10'000;
/// Items after which a lane makes room when others wait for one.
constexpr std::size_t kServedAtOnce = 20;
constexpr std::size_t kLooksFromHere = 64;
constexpr std::chrono::minutes kPausedMax{1};
/// What another node serves, or what the store does not take the end of.
constexpr std::chrono::seconds kAskAgain{30};

/// A clock that went back makes no pause longer.
bool is_paused(const Destination& destination, Time now) {
  return now < destination.paused_until && destination.paused_until - now <= kPausedMax;
}

}  // namespace

std::size_t Destinations::lanes_for(const std::string& way) const { return down_.contains(way) ? 1 : per_way_; }

bool Destinations::is_full(const std::string& way) const {
  const auto found = ways_.find(way);
  return found != ways_.end() && found->second.lanes >= lanes_for(way);
}

/// A full way has a lane, and whoever waits for it is told when that ends.
void Destinations::wait_for_lane(const DestinationPtr& destination) {
  destination->starving = true;
  ++waiting_;
  auto& line = is_full(destination->way) ? ways_[destination->way].waiting : starving_;
  line.push_back(destination);
}

void Destinations::begin(Destination& destination) {
  ++destination.lanes;
  ++ways_[destination.way].lanes;
  ++lanes_;
}

void Destinations::let_wait_on(const std::string& way) {
  const auto found = ways_.find(way);
  if (found == ways_.end()) return;
  auto& [lanes, waiting] = found->second;
  for (auto free = lanes_for(way); free > lanes && !waiting.empty(); --free) {
    starving_.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  if (lanes == 0 && waiting.empty()) ways_.erase(found);
}

/// Is it served as well as it can be? Lanes that are kept waiting get another beside them while half of all are free.
bool Destinations::is_served(const Destination& destination, Time now) const {
  if (destination.lanes == 0) return false;
  return now - destination.looked < kLooksWithin || lanes_ >= lanes_max_ / 2 || is_full(destination.way);
}

bool Destinations::ring(const std::string& name, const store::KeyValue& bell, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = all_.find(name);
  const bool room = starving_.size() < kStarvingMax && waiting_ < kWaitingMax;
  if (found == all_.end() && !room) return false;
  auto& one = found != all_.end() ? found->second : all_[name];
  if (!one) one = std::make_shared<Destination>(Destination{.name = name, .way = way_of_(name)});
  auto& heard = one->bells[bell.key];
  if (one->lanes != 0 && !bell.value.empty() && heard == bell.value) return true;
  heard.clear();
  one->again = true;
  if (one->starving || is_paused(*one, now)) return true;
  if (is_served(*one, now)) {
    ring_again_ = ring_again_ || now - one->looked < kLooksWithin;
    return true;
  }
  wait_for_lane(one);
  return true;
}

bool Destinations::must_ring_again() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ring_again_, false);
}

std::vector<DestinationPtr> Destinations::lanes_to_begin(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<DestinationPtr> begun;
  while (!starving_.empty() && lanes_ < lanes_max_) {
    auto one = std::move(starving_.front());
    starving_.pop_front();
    if (is_full(one->way) && one->lanes == 0) {
      ways_[one->way].waiting.push_back(std::move(one));
      continue;
    }
    one->starving = false;
    --waiting_;
    if (is_paused(*one, now) || is_full(one->way)) {
      let_wait_on(one->way);  // the turn is another's
      continue;
    }
    begin(*one);
    one->looked = now;  // it is about to
    begun.push_back(std::move(one));
  }
  return begun;
}

std::size_t Destinations::more_lanes(Destination& destination) {
  const std::lock_guard lock(mutex_);
  const auto way = ways_.find(destination.way);
  if (!starving_.empty() || (way != ways_.end() && !way->second.waiting.empty())) return 0;
  std::size_t more = 0;
  while (more < destination.ready.size() && lanes_ < lanes_max_ && !is_full(destination.way)) {
    begin(destination);
    ++more;
  }
  return more;
}

void Destinations::end_lane(const DestinationPtr& destination, std::optional<Time> failed) {
  const std::lock_guard lock(mutex_);
  --destination->lanes;
  --ways_[destination->way].lanes;
  --lanes_;
  let_wait_on(destination->way);
  if (failed) destination->paused_until = *failed;
  if (destination->lanes != 0 || destination->starving) return;
  const bool more = destination->again || !destination->silent || !destination->ready.empty();
  if (!failed && more) {
    wait_for_lane(destination);
    return;
  }
  // A destination that failed is remembered, so that it is left alone.
  for (const auto& row : destination->ready) let_go_locked(destination->name, row.id);
  destination->ready.clear();
  if (failed) return;
  // Its bells go on ringing: it is not asked for at once again.
  if (destination->elsewhere || held_.contains(destination->name)) {
    destination->paused_until = destination->looked + kAskAgain;
    return;
  }
  all_.erase(destination->name);
}

bool Destinations::must_yield(const Destination& destination, std::size_t served) const {
  const std::lock_guard lock(mutex_);
  const auto way = ways_.find(destination.way);
  if (way == ways_.end()) return false;
  if (way->second.lanes > lanes_for(destination.way)) return true;
  const bool others_wait = !starving_.empty() || !way->second.waiting.empty();
  return others_wait && (destination.lanes > 1 || served >= kServedAtOnce);
}

bool Destinations::busy() const {
  const std::lock_guard lock(mutex_);
  return lanes_ != 0 || waiting_ != 0;
}

bool Destinations::has_room() const {
  const std::lock_guard lock(mutex_);
  return starving_.size() < kStarvingMax / 2 && waiting_ < kWaitingMax / 2;
}

bool Destinations::is_leased(const Destination& destination, Time at, std::chrono::seconds left_at_most) const {
  const std::lock_guard lock(mutex_);
  return !destination.lease.empty() && at < destination.leased_until && destination.leased_until - at <= left_at_most;
}

void Destinations::note_leased(Destination& destination, Time until, std::string row) {
  const std::lock_guard lock(mutex_);
  destination.leased_until = until;
  destination.lease = std::move(row);
}

void Destinations::forget_lease(Destination& destination) {
  const std::lock_guard lock(mutex_);
  destination.lease.clear();
}

std::string Destinations::lease_of(const Destination& destination) const {
  const std::lock_guard lock(mutex_);
  return destination.lease;
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
    hold_locked(destination.name, row.id);
    destination.ready.push_back(std::move(row));
  }
}

bool Destinations::must_look(const Destination& destination) const {
  const std::lock_guard lock(mutex_);
  return destination.again || !destination.silent;
}

Destinations::Look Destinations::begin_look(Destination& destination, Time now) {
  const std::lock_guard lock(mutex_);
  destination.again = destination.silent = destination.elsewhere = false;
  destination.looked = now;
  // What came late may be due before what was taken: now and then a look begins at the beginning.
  if (++destination.looks % kLooksFromHere == 0) destination.from.clear();
  Look look{.bells = {}, .from = destination.from};
  for (const auto& [key, heard] : destination.bells) look.bells.push_back(key);
  return look;
}

void Destinations::note_looked(Destination& destination, std::string key) {
  const std::lock_guard lock(mutex_);
  destination.from = std::move(key);
}

void Destinations::end_look(Destination& destination, const std::vector<store::KeyValue>& bells) {
  const std::lock_guard lock(mutex_);
  if (destination.again) return;
  destination.bells.clear();  // those of a time to come ring again
  for (const auto& [key, said] : bells) destination.bells.emplace(key, said);
  destination.silent = true;
}

void Destinations::leave_to_others(Destination& destination) {
  const std::lock_guard lock(mutex_);
  destination.bells.clear();
  destination.lease.clear();
  destination.again = false;
  destination.silent = destination.elsewhere = true;
}

void Destinations::look_again(Destination& destination) {
  const std::lock_guard lock(mutex_);
  destination.again = true;
}

std::optional<std::vector<store::KeyValue>> Destinations::heard_bells(const Destination& destination) const {
  const std::lock_guard lock(mutex_);
  if (destination.again || !destination.silent || held_.contains(destination.name)) return std::nullopt;
  std::vector<store::KeyValue> bells;
  for (const auto& [key, said] : destination.bells) bells.push_back({key, said});
  return bells;
}

void Destinations::end_bells(Destination& destination, const std::vector<store::KeyValue>& bells) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, said] : bells) {
    const auto found = destination.bells.find(key);
    if (found != destination.bells.end() && found->second == said) destination.bells.erase(found);
  }
  destination.lease.clear();
}

bool Destinations::note_up(const Destination& destination) {
  const std::lock_guard lock(mutex_);
  if (down_.erase(destination.way) == 0) return false;
  let_wait_on(destination.way);
  return true;
}

void Destinations::note_down(const Destination& destination, Down down) {
  const std::lock_guard lock(mutex_);
  if (down_.size() >= kDownMax) down_.clear();
  down_.insert_or_assign(destination.way, std::move(down));
}

void Destinations::end_down(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = down_.find(way_of_(name));
  if (found != down_.end()) found->second.until = found->second.since;
}

std::optional<Down> Destinations::find_down(const Destination& destination, Time now) const {
  const std::lock_guard lock(mutex_);
  const auto found = down_.find(destination.way);
  if (found == down_.end() || now >= found->second.until || now < found->second.since) return std::nullopt;
  return found->second;
}

bool Destinations::holds(const service::ItemRow& row) const {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(row.item.destination);
  return found != held_.end() && found->second.contains(row.id.value);
}

bool Destinations::pass_over(const std::string& destination, record::ItemId id) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(destination);
  if (found == held_.end()) return false;
  const auto item = found->second.find(id.value);
  if (item == found->second.end()) return false;
  item->second = true;
  return true;
}

void Destinations::let_go(const std::string& destination, record::ItemId id, bool ended) {
  const std::lock_guard lock(mutex_);
  if (!let_go_locked(destination, id) || ended) return;
  const auto found = all_.find(destination);
  if (found != all_.end()) found->second->again = true;
}

/// Was it passed over?
bool Destinations::let_go_locked(const std::string& destination, record::ItemId id) {
  const auto found = held_.find(destination);
  if (found == held_.end()) return false;
  const auto item = found->second.find(id.value);
  const bool passed = item != found->second.end() && item->second;
  if (item != found->second.end()) found->second.erase(item);
  if (found->second.empty()) held_.erase(found);
  return passed;
}

}  // namespace paraph::queue
