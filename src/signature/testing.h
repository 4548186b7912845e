#pragma once
/// For tests: messages in and out of attach() as plain text, with the blobs between kept in memory.
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/sha256.h"
#include "mime/intake.h"
#include "mime/rope_text.h"
#include "signature/attach.h"
#include "signature/make.h"

namespace paraph::signature {

/// Blobs by name, and the way from text to rope and back.
class TestWorld {
 public:
  BlobId put(std::string octets) {
    const BlobId id = crypto::sha256(octets);
    blobs_.emplace(id, std::move(octets));
    return id;
  }

  mail::SignatureMedia media(std::string type, std::string extension, std::string octets, std::uint32_t duration = 0) {
    const std::uint64_t bytes = octets.size();
    return {.media_type = std::move(type),
            .extension = std::move(extension),
            .blob = put(std::move(octets)),
            .bytes = bytes,
            .duration = duration};
  }

  /// `text` as the server would receive it.
  Message receive(std::string_view text) {
    mime::Intake intake;
    if (!intake.feed(text)) throw std::runtime_error("the test message is too large");
    auto received = intake.finish();
    if (!received) throw std::runtime_error("the test message is too large");
    for (auto& blob : intake.take_blobs()) blobs_.emplace(blob.id, std::move(blob.octets));
    return {.rope = std::move(received->rope), .structure = std::move(received->structure)};
  }

  std::string text(const mail::Rope& rope) const {
    return mime::flatten(rope, [&](const mail::Segment& segment) { return load(segment); });
  }

  mail::Structure scan(const mail::Rope& rope) const {
    return mime::scan_rope(rope, [&](const mail::Segment& segment) { return load(segment); });
  }

  /// receive, octets_wanted, strip_foreign_fields, attach.
  Attached attach(std::string_view message_text, const mail::Signature& signature,
                  const std::vector<mail::PastRevision>& past = {}) {
    Message message = receive(message_text);
    for (const auto& range : octets_wanted(message.rope, message.structure, signature, past, policy)) {
      message.octets.emplace(range, std::string(message_text.substr(range.begin, range.size())));
    }
    strip_foreign_fields(message);
    return signature::attach(message, submission, signature, past, policy);
  }

  Policy policy;
  Submission submission{.reverse_path = "alice@example.org", .domain = "example.org", .nonce = std::string(32, 'n')};

 private:
  std::string load(const mail::Segment& segment) const {
    return blobs_.at(segment.blob).substr(segment.offset, segment.length);
  }
  std::map<BlobId, std::string> blobs_;
};

/// Alice's signature, all three kinds: small files that are not what they claim to be inside.
inline mail::Signature test_signature(TestWorld& world) {
  mail::Signature signature{.owner = "alice@example.org", .number = 1};
  signature.text = "Alice Example\nExample & Sons, Voice Street 1";
  signature.html =
      "<b>Alice Example</b><br>Example &amp; Sons, Voice Street 1<br><img src=\"cid:signature-image\" alt=\"\">";
  signature.image = world.media("image/png", "png", "\x89PNG\r\n\x1a\n" + std::string(90, 'p'));
  signature.voice.push_back(world.media("audio/AMR", "amr", "#!AMR\n" + std::string(150, 'a'), 3));
  signature.voice.push_back(world.media("audio/wav", "wav", "RIFF" + std::string(120, 'w'), 3));
  signature.revision = revision_of(signature);
  return signature;
}

}  // namespace paraph::signature
