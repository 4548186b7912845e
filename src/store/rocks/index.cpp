#include "store/rocks/index.h"

#include <charconv>
#include <cstring>

#include "store/rocks/octets.h"

namespace paraph::store::rocks {

std::string key_name(std::string_view key) {
  std::string name(1, kKeyFamily);
  return name += key;
}

std::string blob_name(const BlobId& id) {
  std::string name(1, kBlobFamily);
  return name += id.view();
}

std::string segment_name(std::uint64_t segment) {
  std::string name(1, kSegmentFamily);
  put_number(name, segment);
  return name;
}

std::string position_name() { return "j"; }

std::string format(const BlobEntry& entry) {
  std::string octets;
  put_number(octets, entry.at.segment);
  put_number(octets, entry.at.offset);
  put_number(octets, entry.at.length);
  put_number(octets, static_cast<std::uint64_t>(entry.references));
  return octets;
}

std::string format(const SegmentUse& use) {
  std::string octets;
  put_number(octets, use.bytes);
  put_number(octets, use.live);
  return octets;
}

std::string format(const Position& position) {
  std::string octets;
  put_number(octets, position.segment);
  put_number(octets, position.offset);
  put_number(octets, position.sequence);
  return octets;
}

std::optional<BlobEntry> parse_blob_entry(std::string_view octets) {
  if (octets.size() != 28) return std::nullopt;
  BlobEntry entry;
  entry.at.segment = take_number<std::uint64_t>(octets);
  entry.at.offset = take_number<std::uint64_t>(octets);
  entry.at.length = take_number<std::uint32_t>(octets);
  entry.references = static_cast<std::int64_t>(take_number<std::uint64_t>(octets));
  return entry.references > 0 ? std::optional(entry) : std::nullopt;
}

std::optional<SegmentUse> parse_segment_use(std::string_view octets) {
  if (octets.size() != 16) return std::nullopt;
  SegmentUse use;
  use.bytes = take_number<std::uint64_t>(octets);
  use.live = take_number<std::uint64_t>(octets);
  return use;
}

std::optional<Position> parse_position(std::string_view octets) {
  if (octets.size() != 24) return std::nullopt;
  Position position;
  position.segment = take_number<std::uint64_t>(octets);
  position.offset = take_number<std::uint64_t>(octets);
  position.sequence = take_number<std::uint64_t>(octets);
  return position;
}

std::optional<BlobId> parse_blob_name(std::string_view name) {
  BlobId id;
  if (name.size() != 1 + id.digest.size() || name.front() != kBlobFamily) return std::nullopt;
  std::memcpy(id.digest.data(), name.data() + 1, id.digest.size());
  return id;
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != 9 || name.front() != kSegmentFamily) return std::nullopt;
  name.remove_prefix(1);
  return take_number<std::uint64_t>(name);
}

std::optional<std::int64_t> parse_counter(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace paraph::store::rocks
