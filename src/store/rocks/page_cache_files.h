#pragma once
#include <rocksdb/file_system.h>

#include <memory>

namespace paraph::store::rocks {

/// While it lives, reads on this thread answer Busy instead of waiting for the disk: what the page cache holds is
/// read on the spot, the rest is for a thread that may wait. Not nested.
class NoWaiting {
 public:
  NoWaiting();
  ~NoWaiting();
  NoWaiting(const NoWaiting&) = delete;
  NoWaiting& operator=(const NoWaiting&) = delete;
  static bool here();
};

/// The machine's files, read in the way that NoWaiting asks for (preadv2 with RWF_NOWAIT; where the kernel or the file
/// system does not offer it, reads simply wait).
std::shared_ptr<rocksdb::FileSystem> page_cache_files();

}  // namespace paraph::store::rocks
