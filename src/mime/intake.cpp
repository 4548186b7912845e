#include "mime/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/sha256.h"
#include "mime/canonical_leaf.h"

namespace paraph::mime {

/// Gathers the rope while the scanner goes over the message.
class Intake::Builder final : public ScanObserver, private LeafSink {
 public:
  explicit Builder(const IntakeLimits& limits) : limits_(limits), leaf_(*this, limits.decoded_bytes_min) {}

  void header_read(const mail::Part& part, std::string_view block) override {
    if (part.parent == mail::kNoPart) header_ = block;
  }
  void body_begins(const mail::Part& part) override {
    in_leaf_ = part.leaf() && part.encoding == mail::Encoding::Base64;
    if (in_leaf_) leaf_.begin();
  }
  void octets(std::string_view octets) override { in_leaf_ ? leaf_.feed(octets) : verbatim(octets); }
  void body_ends() override {
    if (std::exchange(in_leaf_, false)) leaf_.end();
  }

  std::vector<mail::NewBlob> take_blobs() { return std::exchange(blobs_, {}); }
  std::string take_header() { return std::move(header_); }
  mail::Rope take_rope() {
    end_run();
    return std::move(rope_);
  }

  std::uint64_t bytes = 0;  ///< fed

 private:
  void decoded(std::string octets, std::uint32_t line_chars, bool final_crlf) override {
    end_run();
    add_blob({.kind = mail::Segment::Kind::Base64, .line_chars = line_chars, .final_crlf = final_crlf},
             std::move(octets));
  }

  void verbatim(std::string_view octets) override {
    while (!octets.empty()) {
      const std::size_t more = std::min<std::size_t>(octets.size(), mail::kBlobBytesMax - run_.size());
      run_ += octets.substr(0, more);
      octets.remove_prefix(more);
      if (run_.size() == mail::kBlobBytesMax) add_raw();
    }
  }

  void end_run() {
    const bool small =
        run_.size() <= limits_.inline_run_bytes_max && run_.size() <= limits_.inline_bytes_max - inline_bytes_;
    if (!small) return add_raw();
    inline_bytes_ += run_.size();
    rope_.append(run_);
    run_.clear();
  }

  void add_raw() {
    const bool has_8bit = !is_ascii(run_);
    add_blob({.kind = mail::Segment::Kind::Raw, .has_8bit = has_8bit}, std::exchange(run_, {}));
  }

  void add_blob(mail::Segment segment, std::string octets) {
    segment.blob = crypto::sha256(octets);
    segment.length = octets.size();
    blobs_.push_back({segment.blob, std::move(octets)});
    rope_.append(std::move(segment));
  }

  IntakeLimits limits_;
  CanonicalLeaf leaf_;
  mail::Rope rope_;
  std::vector<mail::NewBlob> blobs_;
  std::string header_;
  std::string run_;  ///< verbatim octets that are in no segment yet
  std::size_t inline_bytes_ = 0;
  bool in_leaf_ = false;
};

Intake::Intake(IntakeLimits limits)
    : limits_(limits),
      builder_(std::make_unique<Builder>(limits)),
      scanner_(std::make_unique<Scanner>(limits.scan, builder_.get())) {}
Intake::~Intake() = default;
Intake::Intake(Intake&&) noexcept = default;
Intake& Intake::operator=(Intake&&) noexcept = default;

Result<void> Intake::feed(std::string_view octets) {
  builder_->bytes += octets.size();
  if (builder_->bytes > limits_.message_bytes_max) {
    return fail(Code::TooLarge, fmt::format("the message is over {} octets", limits_.message_bytes_max));
  }
  scanner_->feed(octets);
  return {};
}

std::vector<mail::NewBlob> Intake::take_blobs() { return builder_->take_blobs(); }

Result<Received> Intake::finish() {
  PARAPH_CHECK(feed({}));
  mail::Structure structure = scanner_->finish();
  mail::Rope rope = builder_->take_rope();
  return Received{std::move(rope), std::move(structure), builder_->take_header()};
}

std::uint64_t Intake::bytes() const { return builder_->bytes; }

}  // namespace paraph::mime
