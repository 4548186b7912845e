#include "store/rocks/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "crypto/sha256.h"
#include "store/rocks/octets.h"

namespace paraph::store::rocks {
namespace {

constexpr std::string_view kRecordMagic = "pgrp";
constexpr std::size_t kOpenFilesMax = 256;

std::string format_numbers(const RecordHead& head) {
  std::string octets(kRecordMagic);
  put_number(octets, head.blobs_bytes);
  put_number(octets, head.sequence);
  put_number(octets, head.keys_bytes);
  return octets;
}

BlobId checksum_of(const RecordHead& head, std::string_view keys) {
  crypto::Sha256 sum;
  sum.update(format_numbers(head));
  sum.update(keys);
  return sum.finish();
}

}  // namespace

std::string format_record_head(RecordHead head, std::string_view keys) {
  head.checksum = checksum_of(head, keys);
  return format_numbers(head).append(head.checksum.view());
}

std::optional<RecordHead> parse_record_head(std::string_view octets) {
  if (octets.size() != kRecordHeadBytes || !octets.starts_with(kRecordMagic)) return std::nullopt;
  octets.remove_prefix(kRecordMagic.size());
  RecordHead head;
  head.blobs_bytes = take_number<std::uint64_t>(octets);
  head.sequence = take_number<std::uint64_t>(octets);
  head.keys_bytes = take_number<std::uint32_t>(octets);
  std::memcpy(head.checksum.digest.data(), octets.data(), octets.size());
  return head;
}

bool checksum_fits(const RecordHead& head, std::string_view keys) { return checksum_of(head, keys) == head.checksum; }

Segments::Segments(std::shared_ptr<rocksdb::FileSystem> files, std::filesystem::path folder)
    : files_(std::move(files)), folder_(std::move(folder)) {}

std::string Segments::path(std::uint64_t segment) const { return (folder_ / fmt::format("{:016x}", segment)).native(); }

std::vector<std::uint64_t> Segments::list() const {
  std::vector<std::string> names;
  files_->GetChildren(folder_.native(), rocksdb::IOOptions(), &names, nullptr);
  std::vector<std::uint64_t> segments;
  for (const auto& name : names) {
    std::uint64_t segment = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), segment, 16);
    if (name.size() == 16 && error == std::errc() && end == name.data() + name.size()) segments.push_back(segment);
  }
  std::ranges::sort(segments);
  return segments;
}

rocksdb::IOStatus Segments::size(std::uint64_t segment, std::uint64_t& bytes) const {
  return files_->GetFileSize(path(segment), rocksdb::IOOptions(), &bytes, nullptr);
}

rocksdb::IOStatus Segments::open(std::uint64_t segment, File& file) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(segment);
  if (found != open_.end()) {
    file = found->second;
    return rocksdb::IOStatus::OK();
  }
  std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
  const auto status = files_->NewRandomAccessFile(path(segment), plain_files(), &opened, nullptr);
  if (!status.ok()) return status;
  file = std::move(opened);
  if (open_.size() >= kOpenFilesMax) open_.erase(open_.begin());
  open_.emplace(segment, file);
  return status;
}

rocksdb::Status Segments::read(std::uint64_t segment, std::uint64_t offset, std::uint64_t length, std::string& octets) {
  File file;
  rocksdb::Status status = open(segment, file);
  if (!status.ok()) return status;
  octets.clear();
  if (length == 0) return status;  // some file systems call that an error
  // libstdc++ 12 may name a larger number to the function than it was asked for.
  octets.resize_and_overwrite(length, [&](char* to, std::size_t) {
    rocksdb::Slice got;
    status = file->Read(offset, length, rocksdb::IOOptions(), &got, to, nullptr);
    if (status.ok() && got.data() != to) std::memcpy(to, got.data(), got.size());
    return status.ok() ? got.size() : 0;
  });
  if (!status.ok() || octets.size() == length) return status;
  return rocksdb::Status::Corruption("a segment file is cut short",
                                     fmt::format("{}, octets {} to {}", path(segment), offset, offset + length));
}

rocksdb::IOStatus Segments::remove(std::uint64_t segment) {
  {
    const std::lock_guard lock(mutex_);
    open_.erase(segment);
  }
  return files_->DeleteFile(path(segment), rocksdb::IOOptions(), nullptr);
}

}  // namespace paraph::store::rocks
