#pragma once
#include <string>
#include <string_view>

#include "net/stream.h"

namespace paraph::net {

inline constexpr std::size_t kOutputBytesMax = 64 * 1024;

/// Gathers replies, so that a pipelined burst leaves in one write. Owned by a session, beside its stream, which
/// outlives it. Holds no memory when nothing waits to be written.
class Output {
 public:
  explicit Output(Stream& stream) : stream_(stream) {}

  /// Appends; nothing leaves before flush() or write().
  Output& operator<<(std::string_view octets) {
    pending_ += octets;
    return *this;
  }
  /// Appends like <<, and flushes when kOutputBytesMax are gathered. Large pieces are written from where they are, not
  /// copied.
  Task<void> write(std::string_view octets);
  /// Everything gathered leaves; the memory is given back.
  Task<void> flush();

  std::size_t size() const { return pending_.size(); }
  bool empty() const { return pending_.empty(); }
  /// To see or change what is gathered, for callers that format straight into it
  /// (fmt::format_to(std::back_inserter(...))).
  std::string& pending() & { return pending_; }

 private:
  Stream& stream_;
  std::string pending_;
};

}  // namespace paraph::net
