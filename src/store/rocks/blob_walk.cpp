#include "store/rocks/blob_walk.h"

#include "crypto/sha256.h"

namespace paraph::store::rocks {
namespace {

/// The row as it is now: the sweeper may have moved the blob since the walk began.
std::optional<BlobEntry> load_entry(const Database& database, const BlobId& id) {
  std::string value;
  const auto status = database.db().Get(rocksdb::ReadOptions(), blob_name(id), &value);
  if (!status.ok() && !status.IsNotFound()) throw Broken(status);
  return parse_blob_entry(value);
}

bool read_octets(const Database& database, Segments& segments, const BlobId& id, Location at, std::string& octets) {
  while (!segments.read(at.segment, at.offset, at.length, octets).ok()) {
    const auto now = load_entry(database, id);
    if (!now || now->at == at) return false;
    at = now->at;
  }
  return true;
}

BlobFinding find(const Database& database, Segments& segments, const BlobId& id, std::string_view row) {
  BlobFinding finding{.id = id, .references = -1};
  const auto entry = parse_blob_entry(row);
  if (!entry) return finding;
  finding.references = entry->references;
  finding.bytes = entry->at.length;
  std::string octets;
  finding.present = read_octets(database, segments, id, entry->at, octets);
  finding.hash_matches = finding.present && crypto::sha256(octets) == id;
  return finding;
}

}  // namespace

std::vector<BlobFinding> walk_blobs(const Database& database, Segments& segments, std::optional<BlobId> after,
                                    std::size_t blobs_max) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(database.db().NewIterator(options));
  std::vector<BlobFinding> findings;
  at->Seek(after ? blob_name(*after) + '\0' : std::string(1, kBlobFamily));
  for (; at->Valid() && findings.size() < blobs_max; at->Next()) {
    const auto id = parse_blob_name(at->key().ToStringView());
    if (!id) break;
    findings.push_back(find(database, segments, *id, at->value().ToStringView()));
  }
  if (!at->status().ok()) throw Broken(at->status());
  return findings;
}

}  // namespace paraph::store::rocks
