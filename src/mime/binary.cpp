#include "mime/binary.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mime/base64.h"
#include "mime/field.h"

namespace paraph::mime {
namespace {

constexpr std::uint32_t kLineChars = 76;
constexpr std::size_t kLineOctets = 57;
constexpr std::string_view kField = "Content-Transfer-Encoding";

/// The block with `encoding` in place of what it said first; what it said after that is gone.
std::string with_encoding(std::string_view block, std::string_view encoding) {
  std::string out;
  std::size_t at = 0;
  bool said = false;
  for (const Field& field : Fields(block)) {
    if (!iequals(field.name, kField)) continue;
    out += block.substr(at, field.range.begin - at);
    if (!std::exchange(said, true)) out.append(kField).append(": ").append(encoding).append("\r\n");
    at = field.range.end;
  }
  return out.append(block.substr(at));
}

}  // namespace

/// Follows the scan. Octets outside of leaves wait until it is known whether they are a header block.
class BinaryToBase64::Rewriter final : public ScanObserver {
 public:
  explicit Rewriter(std::size_t header_bytes_max) : header_bytes_max_(header_bytes_max) {}

  void header_read(const mail::Part& part, std::string_view block) override {
    rewritten_ = false;
    const bool whole = !has(part.defects, mail::Defect::LongHeaders) && waiting_.ends_with(block);
    if (part.encoding != mail::Encoding::Binary || !whole) return;
    const auto header = with_encoding(block, part.leaf() ? "base64" : "8bit");
    waiting_.resize(waiting_.size() - block.size());
    waiting_ += header;
    rewritten_ = true;
  }

  void body_begins(const mail::Part& part) override {
    release();
    in_body_ = true;
    encoding_ = rewritten_ && part.leaf();
  }

  void octets(std::string_view octets) override {
    after_leaf_ = false;
    if (encoding_) return encode(octets);
    if (in_body_) {
      out_ += octets;
      return;
    }
    waiting_ += octets;
    if (waiting_.size() <= 2 * header_bytes_max_) return;
    const std::size_t settled = waiting_.size() - header_bytes_max_;
    out_ += std::string_view(waiting_).substr(0, settled);
    waiting_.erase(0, settled);
  }

  void body_ends() override {
    in_body_ = false;
    // The CRLF after it is the delimiter's, or of no body at all (finish).
    if (!std::exchange(encoding_, false)) return;
    after_leaf_ = !line_.empty();
    append_base64(out_, std::exchange(line_, {}), kLineChars, false);
  }

  std::string take() { return std::exchange(out_, {}); }

  std::string finish() {
    release();
    if (after_leaf_) out_ += "\r\n";
    return take();
  }

 private:
  void release() { out_ += std::exchange(waiting_, {}); }

  void encode(std::string_view octets) {
    const std::size_t more = std::min(octets.size(), (kLineOctets - line_.size()) % kLineOctets);
    line_ += octets.substr(0, more);
    octets.remove_prefix(more);
    if (octets.empty()) return;
    // Only what something follows is a line with an end.
    append_base64(out_, std::exchange(line_, {}), kLineChars, true);
    const std::size_t whole = (octets.size() - 1) / kLineOctets * kLineOctets;
    append_base64(out_, octets.substr(0, whole), kLineChars, true);
    line_ = octets.substr(whole);
  }

  const std::size_t header_bytes_max_;
  std::string out_;
  std::string waiting_;     ///< outside of leaves
  std::string line_;        ///< of a leaf, not encoded yet: at most a line
  bool rewritten_ = false;  ///< the last header block
  bool in_body_ = false;
  bool encoding_ = false;
  bool after_leaf_ = false;  ///< nothing came since an encoded one
};

BinaryToBase64::BinaryToBase64(ScanLimits limits)
    : rewriter_(std::make_unique<Rewriter>(limits.header_bytes_max)),
      scanner_(std::make_unique<Scanner>(limits, rewriter_.get())) {}
BinaryToBase64::~BinaryToBase64() = default;

std::string BinaryToBase64::feed(std::string_view octets) {
  scanner_->feed(octets);
  return rewriter_->take();
}

std::string BinaryToBase64::finish() {
  scanner_->finish();
  return rewriter_->finish();
}

}  // namespace paraph::mime
