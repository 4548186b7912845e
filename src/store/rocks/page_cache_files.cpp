#include "store/rocks/page_cache_files.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace paraph::store::rocks {
namespace {

thread_local bool t_no_waiting = false;

class PageCacheFile final : public rocksdb::FSRandomAccessFile {
 public:
  PageCacheFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  ~PageCacheFile() override { ::close(descriptor_); }

  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t n, const rocksdb::IOOptions&, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext*) const override {
    std::size_t got = 0;
    while (got < n) {
      const ssize_t r = read_some(scratch + got, n - got, offset + got);
      if (r == 0) break;  // the end of the file
      if (r > 0) {
        got += static_cast<std::size_t>(r);
      } else if (errno == EAGAIN) {
        return rocksdb::IOStatus::Busy("not in the page cache", name_);
      } else if (errno != EINTR) {
        return rocksdb::IOStatus::IOError("reading " + name_, std::strerror(errno));
      }
    }
    *result = rocksdb::Slice(scratch, got);
    return rocksdb::IOStatus::OK();
  }

 private:
  ssize_t read_some(char* to, std::size_t bytes, std::uint64_t offset) const {
    const iovec piece{to, bytes};
    const auto at = static_cast<off_t>(offset);
    if (!NoWaiting::here()) return ::preadv(descriptor_, &piece, 1, at);
    const ssize_t r = ::preadv2(descriptor_, &piece, 1, at, RWF_NOWAIT);
    if (r >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) return r;
    return ::preadv(descriptor_, &piece, 1, at);
  }

  int descriptor_;
  std::string name_;
};

class PageCacheFiles final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "paraph.page_cache_files"; }

  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override {
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    // The wrapped file system says what is wrong in its own way, which RocksDB expects.
    if (descriptor < 0) return target()->NewRandomAccessFile(name, options, file, debug);
    *file = std::make_unique<PageCacheFile>(descriptor, name);
    return rocksdb::IOStatus::OK();
  }
};

}  // namespace

NoWaiting::NoWaiting() { t_no_waiting = true; }
NoWaiting::~NoWaiting() { t_no_waiting = false; }
bool NoWaiting::here() { return t_no_waiting; }

std::shared_ptr<rocksdb::FileSystem> page_cache_files() {
  return std::make_shared<PageCacheFiles>(rocksdb::FileSystem::Default());
}

}  // namespace paraph::store::rocks
