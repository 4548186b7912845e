#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "mime/scan.h"

namespace paraph::mime {

/// Takes a message with binary content (RFC 3030, BODY=BINARYMIME) apart as it comes, in any pieces, and gives the same
/// message with its binary leaves in base64, so that it may go where only lines go. Whatever is not the body of a leaf
/// whose Content-Transfer-Encoding is "binary" stays as it came, but for that field: "base64" of such a leaf, "8bit" of
/// a composite that said "binary". A header block past header_bytes_max is left alone, with its body. What was bare in
/// a place that is not binary is bare in the result: the caller looks for it there.
///
/// Holds at most about twice header_bytes_max. Linear; no I/O. One thread at a time.
class BinaryToBase64 {
 public:
  explicit BinaryToBase64(ScanLimits limits = {});
  ~BinaryToBase64();

  /// The next octets; what of the result they decide.
  std::string feed(std::string_view octets);
  /// The message is over: the rest of the result. Call once, last.
  std::string finish();

 private:
  class Rewriter;
  std::unique_ptr<Rewriter> rewriter_;
  std::unique_ptr<Scanner> scanner_;
};

}  // namespace paraph::mime
