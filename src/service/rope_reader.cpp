#include "service/rope_reader.h"

#include <algorithm>

namespace paraph::service {

void RopeReader::pass(std::uint64_t to) {
  auto& place = places_[place_];
  left_ -= to - place.from;
  place.from = to;
  if (place.from == place.to) ++place_;
}

Task<Result<std::string_view>> RopeReader::next(std::size_t bytes_max) {
  const std::uint64_t wanted = std::min<std::uint64_t>(bytes_max, left_);
  piece_.clear();
  piece_.reserve(wanted + mime::kCutLinesBytes);
  while (piece_.size() < wanted) {
    const auto place = places_[place_];
    const mail::Segment& segment = rope_.segments[place.segment];
    const std::uint64_t to = std::min(place.to, place.from + (wanted - piece_.size()));
    pass(to);
    if (segment.kind == mail::Segment::Kind::Inline) {
      piece_.append(segment.octets, place.from, to - place.from);
      continue;
    }
    const auto need = mime::needed(segment, place.from, to);
    PARAPH_CO_TRY(auto octets, co_await store_.read_blob(segment.blob, need.offset, need.length));
    if (segment.kind == mail::Segment::Kind::Raw && octets.size() == wanted) {
      whole_ = std::move(octets);
      co_return std::string_view(whole_);
    }
    mime::append_wire_octets(piece_, segment, octets, place.from, to);
  }
  co_return std::string_view(piece_);
}

}  // namespace paraph::service
