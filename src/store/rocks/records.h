#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/rocks/segment.h"

namespace paraph::store::rocks {

struct Record {
  RecordHead head;
  std::string keys;          ///< a WriteBatch
  std::uint64_t offset = 0;  ///< where it begins

  std::uint64_t end() const { return offset + head.record_bytes(); }
};

/// One segment file, read record by record. Blocks; throws Broken. One thread.
class Records {
 public:
  Records(Segments& segments, std::uint64_t segment);
  std::uint64_t segment() const { return segment_; }

  /// The record that begins at `offset`; nullopt: none does, or its head or keys are damaged. Its blobs are not looked
  /// at.
  std::optional<Record> at(std::uint64_t offset) const;
  /// No whole record begins at `offset`: does a whole one come after it all the same? Then it was whole once.
  bool followed(std::uint64_t offset) const;
  std::string read(std::uint64_t offset, std::uint64_t bytes) const;

 private:
  Segments& segments_;
  std::uint64_t segment_;
  std::uint64_t bytes_ = 0;
};

/// The blobs that the record brought into its segment, and where it put them.
std::vector<std::pair<BlobId, Location>> blobs_of(const Records& records, const Record& record);

}  // namespace paraph::store::rocks
