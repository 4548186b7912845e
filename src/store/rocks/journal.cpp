#include "store/rocks/journal.h"

namespace paraph::store::rocks {
namespace {

const rocksdb::IOOptions kIo;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Journal::Journal(Segments& segments, Position next, const Options& options)
    : segments_(segments), options_(options), next_(next) {}

Journal::~Journal() {
  if (file_) file_->Close(kIo, nullptr);
}

Result<void> Journal::append(std::span<const std::string* const> blobs, std::string_view keys) {
  RecordHead record{.sequence = next_.sequence, .keys_bytes = static_cast<std::uint32_t>(keys.size())};
  for (const auto* blob : blobs) record.blobs_bytes += blob->size();
  const auto written = write(blobs, format_record_head(record, keys), keys);
  if (written.ok()) {
    next_.offset += record.record_bytes();
    ++next_.sequence;
    return {};
  }
  if (!no_space(written)) throw Broken(written);
  abandon_segment();
  return fail(Code::NoSpace, "the disk is full: nothing was stored");
}

rocksdb::IOStatus Journal::write(std::span<const std::string* const> blobs, std::string_view head,
                                 std::string_view keys) {
  const bool fresh = !file_;
  rocksdb::IOStatus status = fresh ? begin_segment() : rocksdb::IOStatus::OK();
  if (status.ok()) status = file_->Append(slice(head), kIo, nullptr);
  for (const auto* blob : blobs) {
    if (status.ok()) status = file_->Append(slice(*blob), kIo, nullptr);
  }
  if (status.ok()) status = file_->Append(slice(keys), kIo, nullptr);
  if (!status.ok() || !options_.sync) return status;
  status = file_->Sync(kIo, nullptr);
  ++syncs_;
  if (!status.ok() || !fresh) return status;
  // The file's name must last as well.
  std::unique_ptr<rocksdb::FSDirectory> folder;
  status = segments_.files().NewDirectory(segments_.folder().native(), kIo, &folder, nullptr);
  return status.ok() ? folder->Fsync(kIo, nullptr) : status;
}

rocksdb::IOStatus Journal::begin_segment() {
  const auto status = segments_.files().NewWritableFile(segments_.path(next_.segment), plain_files(), &file_, nullptr);
  return status.ok() ? file_->Append(slice(kSegmentMagic), kIo, nullptr) : status;
}

void Journal::roll_if_full() {
  if (file_ && next_.offset >= options_.segment_bytes) end_segment();
}

void Journal::end_segment() {
  file_->Close(kIo, nullptr);
  file_.reset();
  ++next_.segment;
  next_.offset = kSegmentMagic.size();
}

/// The record that did not fit must not come back after a crash: it is cut off, and that is synced, before anyone is
/// told.
void Journal::abandon_segment() {
  if (!file_) return;
  rocksdb::IOStatus status = file_->Truncate(next_.offset, kIo, nullptr);
  if (status.ok()) status = file_->Sync(kIo, nullptr);
  if (!status.ok()) throw Broken(status);
  end_segment();
}

}  // namespace paraph::store::rocks
