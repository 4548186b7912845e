#include "store/rocks/records.h"

#include <rocksdb/write_batch.h>

#include "store/rocks/database.h"

namespace paraph::store::rocks {
namespace {

/// Hears of every row that a record changes.
class BlobRows final : public rocksdb::WriteBatch::Handler {
 public:
  BlobRows(std::uint64_t segment, std::uint64_t begin) : segment_(segment), begin_(begin) {}
  std::vector<std::pair<BlobId, Location>> found;

  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& name, const rocksdb::Slice& value) override {
    const auto id = parse_blob_name(name.ToStringView());
    const auto entry = id ? parse_blob_entry(value.ToStringView()) : std::nullopt;
    if (entry && entry->at.segment == segment_ && entry->at.offset >= begin_) found.emplace_back(*id, entry->at);
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return rocksdb::Status::OK(); }

 private:
  std::uint64_t segment_;
  std::uint64_t begin_;
};

}  // namespace

Records::Records(Segments& segments, std::uint64_t segment) : segments_(segments), segment_(segment) {
  const auto status = segments_.size(segment, bytes_);
  if (!status.ok()) throw Broken(status);
}

std::optional<Record> Records::at(std::uint64_t offset) const {
  if (offset > bytes_ || bytes_ - offset < kRecordHeadBytes) return std::nullopt;
  const auto head = parse_record_head(read(offset, kRecordHeadBytes));
  if (!head || head->blobs_bytes > bytes_ || head->record_bytes() > bytes_ - offset) return std::nullopt;
  Record record{.head = *head, .keys = "", .offset = offset};
  record.keys = read(offset + kRecordHeadBytes + head->blobs_bytes, head->keys_bytes);
  return checksum_fits(*head, record.keys) ? std::optional(std::move(record)) : std::nullopt;
}

bool Records::followed(std::uint64_t offset) const {
  if (offset > bytes_ || bytes_ - offset < kRecordHeadBytes) return false;
  const auto head = parse_record_head(read(offset, kRecordHeadBytes));
  return head && head->blobs_bytes <= bytes_ && at(offset + head->record_bytes()).has_value();
}

std::string Records::read(std::uint64_t offset, std::uint64_t bytes) const {
  std::string octets;
  const auto status = segments_.read(segment_, offset, bytes, octets);
  if (!status.ok()) throw Broken(status);
  return octets;
}

std::vector<std::pair<BlobId, Location>> blobs_of(const Records& records, const Record& record) {
  BlobRows rows(records.segment(), record.offset);
  const auto status = rocksdb::WriteBatch(record.keys).Iterate(&rows);
  if (!status.ok()) throw Broken(status);
  return std::move(rows.found);
}

}  // namespace paraph::store::rocks
