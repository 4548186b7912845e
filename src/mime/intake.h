#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/rope.h"
#include "mime/scan.h"

namespace paraph::mime {

struct IntakeLimits {
  ScanLimits scan;
  std::uint64_t message_bytes_max = 50 * 1024 * 1024;
  std::size_t inline_run_bytes_max = 16 * 1024;  ///< a longer verbatim run is put as a Raw blob
  std::size_t inline_bytes_max = 256 * 1024;     ///< of all runs together: past it every run becomes a blob
  std::size_t decoded_bytes_min = 512;           ///< a base64 leaf that decodes to less stays inline
};

/// A message as it came in.
struct Received {
  mail::Rope rope;
  mail::Structure structure;
  std::string header;  ///< the top header block with its empty line, at most scan.header_bytes_max octets
};

/// Turns a message that arrives in any pieces into a rope (DESIGN decision 5). Base64 leaves whose encoding can be
/// reproduced exactly are kept decoded: all lines but the last of one length (a multiple of 4, at most 996) or one line
/// without end, CRLF, padding only at the very end, unused bits zero. All else is kept as it came; a leaf that stops
/// being canonical midway is decoded up to there. Writing the rope out always gives the very octets that were fed.
///
/// Holds about one blob, one verbatim run and one header block, plus the blobs not taken yet: call take_blobs() after
/// each feed. Knows no clock and no I/O. One thread at a time.
class Intake {
 public:
  explicit Intake(IntakeLimits limits = {});
  ~Intake();
  Intake(Intake&&) noexcept;
  Intake& operator=(Intake&&) noexcept;

  /// The next octets. TooLarge once the message passes message_bytes_max: then drop the Intake.
  Result<void> feed(std::string_view octets);
  /// Blobs that became complete since the last call; put them before or with the message.
  std::vector<mail::NewBlob> take_blobs();
  /// The message is over. Call once, then take_blobs() for the last ones. TooLarge as in feed().
  Result<Received> finish();
  /// Octets fed so far.
  std::uint64_t bytes() const;

 private:
  class Builder;
  IntakeLimits limits_;
  std::unique_ptr<Builder> builder_;
  std::unique_ptr<Scanner> scanner_;
};

}  // namespace paraph::mime
