#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

/// What RocksDB holds. A key's first octet says of what kind it is; numbers are big-endian and of fixed width:
///
///   key              value
///   'k' key          the door's value, as it came
///   'b' digest:32    BlobEntry: where the octets are, and how many references they have
///   's' segment:8    SegmentUse
///   'j'              Position of the last record of the journal that is part of all this
namespace paraph::store::rocks {

/// Octets [offset, offset+length) of a segment file.
struct Location {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  friend bool operator==(const Location&, const Location&) = default;
};

struct BlobEntry {
  Location at;
  std::int64_t references = 0;
};

/// How much of a segment file is needed: octets of records in it, and of blobs that somebody refers to.
struct SegmentUse {
  std::uint64_t bytes = 0;
  std::uint64_t live = 0;
};

/// A record of the journal: where it begins, and its number, by which records follow each other without a gap.
struct Position {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t sequence = 0;
};

inline constexpr char kKeyFamily = 'k';
inline constexpr char kBlobFamily = 'b';
inline constexpr char kSegmentFamily = 's';

std::string key_name(std::string_view key);
std::string blob_name(const BlobId& id);
std::string segment_name(std::uint64_t segment);
std::string position_name();

std::string format(const BlobEntry& entry);
std::string format(const SegmentUse& use);
std::string format(const Position& position);
/// nullopt: these octets are no such value.
std::optional<BlobEntry> parse_blob_entry(std::string_view octets);
std::optional<SegmentUse> parse_segment_use(std::string_view octets);
std::optional<Position> parse_position(std::string_view octets);
/// Of a key that blob_name() or segment_name() made.
std::optional<BlobId> parse_blob_name(std::string_view name);
std::optional<std::uint64_t> parse_segment_name(std::string_view name);

/// A counter of the door: signed decimal.
std::optional<std::int64_t> parse_counter(std::string_view text);

}  // namespace paraph::store::rocks
