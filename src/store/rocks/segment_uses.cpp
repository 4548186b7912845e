#include "store/rocks/segment_uses.h"

namespace paraph::store::rocks {

void SegmentUses::load(const Database& database) {
  const std::lock_guard lock(mutex_);
  const std::unique_ptr<rocksdb::Iterator> at(database.db().NewIterator(rocksdb::ReadOptions()));
  for (at->Seek(segment_name(0)); at->Valid(); at->Next()) {
    const auto segment = parse_segment_name(at->key().ToStringView());
    if (!segment) break;
    uses_[*segment] = parse_segment_use(at->value().ToStringView()).value_or(SegmentUse());
  }
  if (!at->status().ok()) throw Broken(at->status());
}

SegmentUse SegmentUses::get(std::uint64_t segment) const {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(segment);
  return found == uses_.end() ? SegmentUse() : found->second;
}

void SegmentUses::set(std::uint64_t segment, SegmentUse use) {
  const std::lock_guard lock(mutex_);
  uses_[segment] = use;
}

void SegmentUses::erase(std::uint64_t segment) {
  const std::lock_guard lock(mutex_);
  uses_.erase(segment);
}

}  // namespace paraph::store::rocks
