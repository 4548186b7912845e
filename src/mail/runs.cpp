#include "mail/runs.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

namespace paraph::mail {
namespace {

/// So much of a text is looked for; less than that takes as much to tell where it is.
constexpr std::size_t kProbeBytes = 24;
/// How often text is looked for in one rope. Each time takes as long as the text is in which it is looked for.
constexpr int kProbesMax = 16;

bool is_text(const Segment& segment) { return segment.kind == Segment::Kind::Inline; }

/// Where each segment begins on the wire, and the end of the last one.
std::vector<std::uint64_t> begins_of(const Rope& rope) {
  std::vector<std::uint64_t> begins{0};
  begins.reserve(rope.segments.size() + 1);
  for (const auto& segment : rope.segments) begins.push_back(begins.back() + segment.wire_bytes());
  return begins;
}

/// Octets that both begin with.
std::size_t common_bytes(std::string_view one, std::string_view other) {
  constexpr std::size_t kStep = 64;
  const std::size_t most = std::min(one.size(), other.size());
  std::size_t bytes = 0;
  while (bytes + kStep <= most && std::memcmp(one.data() + bytes, other.data() + bytes, kStep) == 0) bytes += kStep;
  while (bytes < most && one[bytes] == other[bytes]) ++bytes;
  return bytes;
}

class RunMaker {
 public:
  explicit RunMaker(const Rope& other) : other_(other), begins_(begins_of(other)) {
    for (std::size_t i = 0; i < other.segments.size(); ++i) {
      if (!is_text(other.segments[i])) places_.try_emplace(other.segments[i].blob, i);
    }
  }

  std::vector<Run> make(const Rope& rope) {
    const auto& segments = rope.segments;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (is_text(segments[i])) {
        add_text(segments[i].octets, text_for(segments, i));
      } else if (const auto place = place_of(segments[i])) {
        add_same({begins_[*place], begins_[*place + 1]});
      } else {
        runs_.push_back({.same = {}, .own = segments[i]});
      }
    }
    return std::move(runs_);
  }

 private:
  using Place = std::optional<std::size_t>;

  /// Where the other has the very same segment over a blob.
  Place place_of(const Segment& segment) const {
    const auto found = places_.find(segment.blob);
    const bool same = found != places_.end() && other_.segments[found->second] == segment;
    return same ? Place(found->second) : std::nullopt;
  }

  Place if_text(std::size_t place) const {
    return place < other_.segments.size() && is_text(other_.segments[place]) ? Place(place) : std::nullopt;
  }

  /// The text of the other beside the same neighbour.
  Place text_for(const std::vector<Segment>& segments, std::size_t i) const {
    if (other_.segments.empty()) return std::nullopt;
    if (i == 0) return if_text(0);
    if (const auto before = place_of(segments[i - 1])) return if_text(*before + 1);
    if (i + 1 == segments.size()) return if_text(other_.segments.size() - 1);
    const auto after = is_text(segments[i + 1]) ? std::nullopt : place_of(segments[i + 1]);
    return after && *after > 0 ? if_text(*after - 1) : std::nullopt;
  }

  void add_text(std::string_view text, Place in) {
    while (!text.empty()) {
      const bool looks = in && probes_ < kProbesMax && text.size() >= kProbeBytes;
      if (!looks) return add_own(text);
      ++probes_;
      const std::string_view there = other_.segments[*in].octets;
      const auto at = there.find(text.substr(0, kProbeBytes));
      std::size_t bytes = std::min(text.find('\n'), text.size() - 1) + 1;
      if (at == std::string_view::npos) {
        add_own(text.substr(0, bytes));
      } else {
        bytes = common_bytes(text, there.substr(at));
        add_same({begins_[*in] + at, begins_[*in] + at + bytes});
      }
      text.remove_prefix(bytes);
    }
  }

  void add_same(Range range) {
    if (!runs_.empty() && runs_.back().same.size() > 0 && runs_.back().same.end == range.begin) {
      runs_.back().same.end = range.end;
    } else {
      runs_.push_back({.same = range, .own = {}});
    }
  }

  void add_own(std::string_view text) {
    const bool joins = !runs_.empty() && runs_.back().same.size() == 0 && is_text(runs_.back().own);
    if (!joins) runs_.emplace_back();
    runs_.back().own.octets += text;
  }

  const Rope& other_;
  std::vector<std::uint64_t> begins_;
  std::map<BlobId, std::size_t> places_;  ///< of its segments over blobs, the first of each blob
  int probes_ = 0;
  std::vector<Run> runs_;
};

}  // namespace

std::vector<Run> runs_of(const Rope& rope, const Rope& other) { return RunMaker(other).make(rope); }

std::optional<Rope> rope_of(const std::vector<Run>& runs, const Rope& other) {
  const auto begins = begins_of(other);
  Rope rope;
  for (const auto& run : runs) {
    const auto& range = run.same;
    if (range.begin == range.end) {
      rope.append(run.own);
      continue;
    }
    if (range.begin > range.end || range.end > begins.back()) return std::nullopt;
    auto i = static_cast<std::size_t>(std::ranges::upper_bound(begins, range.begin) - begins.begin()) - 1;
    for (std::uint64_t at = range.begin; at < range.end; ++i) {
      const auto& segment = other.segments[i];
      const std::uint64_t end = std::min(range.end, begins[i + 1]);
      if (is_text(segment)) {
        rope.append(std::string_view(segment.octets).substr(at - begins[i], end - at));
      } else if (at == begins[i] && end == begins[i + 1]) {
        rope.append(segment);
      } else {
        return std::nullopt;
      }
      at = end;
    }
  }
  return rope;
}

}  // namespace paraph::mail
