#include "session/imap/view.h"

#include <algorithm>
#include <iterator>

namespace paraph::session_imap {

std::optional<std::uint32_t> View::find(Uid uid) const {
  const auto at = std::ranges::lower_bound(uids_, uid);
  if (at == uids_.end() || *at != uid) return std::nullopt;
  return static_cast<std::uint32_t>(at - uids_.begin());
}

Result<Picked> View::pick(const imap::SequenceSet& set, imap::Numbers numbers) const {
  Picked picked;
  if (numbers == imap::Numbers::Sequence) {
    const auto ranges = imap::resolve(set, size());
    if (ranges.empty() || ranges.back().last > size())
      return fail(Code::BadInput, "no message has that sequence number");
    for (const auto& range : ranges) picked.push_back({range.first - 1, range.last});
    return picked;
  }
  for (const auto& range : imap::resolve(set, last().value)) {
    const auto begin = std::ranges::lower_bound(uids_, Uid{range.first});
    const auto end = std::ranges::upper_bound(begin, uids_.end(), Uid{range.last});
    if (begin == end) continue;
    picked.push_back(
        {static_cast<std::uint32_t>(begin - uids_.begin()), static_cast<std::uint32_t>(end - uids_.begin())});
  }
  return picked;
}

std::vector<Uid> View::uids_of(const Picked& picked) const {
  std::vector<Uid> uids;
  for (const auto& range : picked) uids.insert(uids.end(), uids_.begin() + range.begin, uids_.begin() + range.end);
  return uids;
}

void View::add(Uid uid) {
  if (uid > last()) uids_.push_back(uid);
}

void View::mark_gone(const std::vector<Uid>& uids) {
  std::ranges::copy_if(uids, std::back_inserter(gone_), [this](Uid uid) { return find(uid).has_value(); });
  std::ranges::sort(gone_);
  const auto doubles = std::ranges::unique(gone_);
  gone_.erase(doubles.begin(), doubles.end());
}

void View::keep_only(const std::vector<Uid>& ascending) {
  std::vector<Uid> missing;
  std::ranges::set_difference(uids_, ascending, std::back_inserter(missing));
  mark_gone(missing);
}

bool View::is_gone(Uid uid) const { return std::ranges::binary_search(gone_, uid); }

std::vector<std::uint32_t> View::take_gone() {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(gone_.size());
  auto next = gone_.begin();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < uids_.size(); ++i) {
    if (next != gone_.end() && *next == uids_[i]) {
      numbers.push_back(static_cast<std::uint32_t>(kept + 1));  // those before it have gone already
      ++next;
    } else {
      uids_[kept++] = uids_[i];
    }
  }
  uids_.resize(kept);
  gone_ = {};
  return numbers;
}

void View::add_recent(Uid first, Uid end) {
  if (first >= end) return;
  if (!recent_.empty() && recent_.back().second >= first) {
    recent_.back().second = std::max(recent_.back().second, end);
  } else {
    recent_.emplace_back(first, end);
  }
}

bool View::is_recent(Uid uid) const {
  const auto after = std::ranges::upper_bound(recent_, uid, {}, &std::pair<Uid, Uid>::first);
  return after != recent_.begin() && uid < std::prev(after)->second;
}

std::uint32_t View::count_recent() const {
  std::size_t count = 0;
  for (const auto& [first, end] : recent_) {
    count += static_cast<std::size_t>(std::ranges::lower_bound(uids_, end) - std::ranges::lower_bound(uids_, first));
  }
  return static_cast<std::uint32_t>(count);
}

std::vector<std::uint32_t> Chunks::next(std::size_t max) {
  std::vector<std::uint32_t> indexes;
  indexes.reserve(max);
  while (at_ < picked_.size() && indexes.size() < max) {
    auto& range = picked_[at_];
    if (range.begin == range.end) {
      ++at_;
    } else {
      indexes.push_back(range.begin++);
    }
  }
  return indexes;
}

}  // namespace paraph::session_imap
