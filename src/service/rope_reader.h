#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/rope.h"
#include "mime/rope_text.h"
#include "store/store.h"

namespace paraph::service {

/// Reads a range of a rope's wire octets from beginning to end, in pieces: short segments are joined, long ones cut,
/// base64 is encoded on the way. Reads of each blob only what the range needs. The rope must outlive it. One event
/// loop.
class RopeReader {
 public:
  RopeReader(store::Store& store, const mail::Rope& rope, mail::Range range)
      : store_(store), rope_(rope), places_(mime::locate(rope, range)), left_(range.size()) {}

  /// The next octets: `bytes_max` of them, or all that are left; empty at the end. The view is valid until the next
  /// call. NotFound: a blob is gone (the message was expunged meanwhile).
  Task<Result<std::string_view>> next(std::size_t bytes_max);

 private:
  void pass(std::uint64_t to);

  store::Store& store_;
  const mail::Rope& rope_;
  std::vector<mime::SegmentRange> places_;
  std::size_t place_ = 0;  ///< the one being read; its `from` moves on
  std::uint64_t left_;
  std::string piece_;
  std::string whole_;  ///< a piece that is one run of a blob as it is: handed out without a copy
};

}  // namespace paraph::service
