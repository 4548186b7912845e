#include "store/rocks/blob_walk.h"

#include <cstring>

#include "crypto/sha256.h"

namespace paraph::store::rocks {
namespace {

std::optional<BlobId> blob_id(rocksdb::Slice name) {
  BlobId id;
  if (name.size() != id.digest.size()) return std::nullopt;
  std::memcpy(id.digest.data(), name.data(), name.size());
  return id;
}

/// The first key after `id`, in the families whose keys are ids.
std::string after_id(const BlobId& id) { return std::string(id.view()) + '\0'; }

/// Walks the counts and the octets side by side, on one snapshot.
class Walk {
 public:
  explicit Walk(const Database& database) : database_(database), snapshot_(&database.db()) {
    options_.snapshot = snapshot_.snapshot();
    options_.fill_cache = false;
    counts_.reset(database.db().NewIterator(options_, database.references()));
    octets_.reset(database.db().NewIterator(options_, database.blobs()));
  }

  void seek(std::optional<BlobId> after) {
    const std::string from = after ? after_id(*after) : std::string();
    counts_->Seek(from);
    octets_->Seek(from);
  }

  std::optional<BlobFinding> next() {
    const auto id = smallest();
    if (!id) return std::nullopt;
    BlobFinding finding{.id = *id};
    if (at(*counts_, *id)) {
      const auto value = counts_->value();
      finding.references = parse_counter({value.data(), value.size()}).value_or(-1);
      counts_->Next();
    }
    read_octets(finding);
    return finding;
  }

 private:
  static std::optional<BlobId> id_at(rocksdb::Iterator& at) { return at.Valid() ? blob_id(at.key()) : std::nullopt; }
  static bool at(rocksdb::Iterator& iterator, const BlobId& id) { return id_at(iterator) == id; }

  std::optional<BlobId> smallest() {
    if (!counts_->Valid() && !counts_->status().ok()) throw Broken(counts_->status());
    const auto counted = id_at(*counts_);
    const auto stored = id_at(*octets_);
    if (counted && stored) return std::min(*counted, *stored);
    return counted ? counted : stored;
  }

  /// An iterator that meets octets it cannot read stops there. Then the name comes from the counts, and the walk goes
  /// on after it.
  void read_octets(BlobFinding& finding) {
    const bool stopped = !octets_->Valid() && !octets_->status().ok();
    if (at(*octets_, finding.id)) {
      describe(finding, octets_->value());
      octets_->Next();
    } else if (stopped) {
      rocksdb::PinnableSlice octets;
      const auto status = database_.db().Get(options_, database_.blobs(), slice(finding.id), &octets);
      if (status.ok()) describe(finding, octets);
      octets_->Seek(after_id(finding.id));
    }
  }

  static void describe(BlobFinding& finding, rocksdb::Slice octets) {
    finding.present = true;
    finding.bytes = octets.size();
    finding.hash_matches = crypto::sha256({octets.data(), octets.size()}) == finding.id;
  }

  const Database& database_;
  rocksdb::ManagedSnapshot snapshot_;
  rocksdb::ReadOptions options_;
  std::unique_ptr<rocksdb::Iterator> counts_;
  std::unique_ptr<rocksdb::Iterator> octets_;
};

}  // namespace

std::vector<BlobFinding> walk_blobs(const Database& database, std::optional<BlobId> after, std::size_t blobs_max) {
  Walk walk(database);
  walk.seek(after);
  std::vector<BlobFinding> findings;
  while (findings.size() < blobs_max) {
    const auto finding = walk.next();
    if (!finding) break;
    findings.push_back(*finding);
  }
  return findings;
}

}  // namespace paraph::store::rocks
