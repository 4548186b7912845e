#include "store/rocks/replay.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "crypto/sha256.h"
#include "store/rocks/records.h"

namespace paraph::store::rocks {
namespace {

/// Are the blobs that the record brought what their names say?
bool blobs_whole(const Records& records, const Record& record) {
  for (const auto& [id, at] : blobs_of(records, record)) {
    if (at.offset + at.length > record.end()) return false;
    if (crypto::sha256(records.read(at.offset, at.length)) != id) return false;
  }
  return true;
}

class Replay {
 public:
  Replay(const Database& database, Segments& segments) : database_(database), segments_(segments) {}

  Result<Position> run() {
    const auto from = load_position();
    const auto list = segments_.list();
    expected_ = from.sequence;
    for (const auto segment : list) {
      if (segment < from.segment) continue;
      Records records(segments_, segment);
      const std::uint64_t begin = segment == from.segment ? from.offset : kSegmentMagic.size();
      PARAPH_CHECK(replay_segment(records, begin));
      sync(segment);
    }
    const std::uint64_t last = list.empty() ? from.segment : std::max(from.segment, list.back());
    return Position{.segment = last + 1, .offset = kSegmentMagic.size(), .sequence = expected_};
  }

 private:
  /// The last record that RocksDB has written out: it is applied again, which changes nothing.
  Position load_position() const {
    std::string value;
    const auto status = database_.db().Get(rocksdb::ReadOptions(), position_name(), &value);
    if (!status.ok() && !status.IsNotFound()) throw Broken(status);
    return parse_position(value).value_or(Position{.segment = 0, .offset = kSegmentMagic.size(), .sequence = 1});
  }

  /// What a killed process had written and not synced is from now on answered for, and what follows builds on it.
  void sync(std::uint64_t segment) const {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = segments_.files().ReopenWritableFile(segments_.path(segment), plain_files(), &file, nullptr);
    if (status.ok()) status = file->Sync(rocksdb::IOOptions(), nullptr);
    if (status.ok()) status = file->Close(rocksdb::IOOptions(), nullptr);
    if (!status.ok()) throw Broken(status);
  }

  Result<void> replay_segment(const Records& records, std::uint64_t offset) {
    auto record = records.at(offset);
    while (record && record->head.sequence <= expected_) {
      auto next = records.at(record->end());
      // A record was synced before the one after it was begun: only the last one can be torn.
      if (!next && !blobs_whole(records, *record)) break;
      if (record->head.sequence == expected_) {
        apply(record->keys);
        ++expected_;
      }
      offset = record->end();
      record = std::move(next);
    }
    const bool gap = record && record->head.sequence > expected_;
    if (!gap && !records.followed(offset)) return {};
    return fail(Code::Corrupt,
                fmt::format("the store's journal lacks record {}: {} is damaged, or a file before it; restore "
                            "the store from a backup",
                            expected_, segments_.path(records.segment())));
  }

  void apply(const std::string& keys) {
    rocksdb::WriteBatch changes(keys);
    rocksdb::WriteOptions in_memory;
    in_memory.disableWAL = true;
    const auto status = database_.db().Write(in_memory, &changes);
    if (!status.ok()) throw Broken(status);
  }

  const Database& database_;
  Segments& segments_;
  std::uint64_t expected_ = 1;
};

}  // namespace

Result<Position> replay(const Database& database, Segments& segments) { return Replay(database, segments).run(); }

}  // namespace paraph::store::rocks
