#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace paraph::mail {

/// Voice or picture of a signature: its octets are a blob.
struct SignatureMedia {
  std::string media_type;  ///< as emitted: "audio/AMR", "audio/ogg; codecs=opus", "image/png"
  std::string extension;   ///< "amr", "png": for `filename="signature.EXT"`
  BlobId blob;
  std::uint64_t bytes = 0;
  std::uint32_t duration = 0;      ///< voice: whole seconds, rounded up, at least 1
  std::uint32_t milliseconds = 0;  ///< voice: exact; 0: not known
  std::uint32_t width = 0;         ///< picture, pixels; 0: not known
  std::uint32_t height = 0;
  friend bool operator==(const SignatureMedia&, const SignatureMedia&) = default;
};

/// A file of a signature as somebody gave it: its octets are the blobs, one after the other.
struct SignatureOriginal {
  std::string media_type;     ///< what it was declared to be
  std::vector<BlobId> blobs;  ///< at least one; each of kBlobBytesMax octets (rope.h) but the last
  std::uint64_t bytes = 0;    ///< of all of them
  friend bool operator==(const SignatureOriginal&, const SignatureOriginal&) = default;
};

/// One revision of what a user wants every message to carry (spec 2.1, 3.3). Never altered: a change makes a new one.
struct Signature {
  std::string owner;         ///< addr-spec
  std::uint64_t number = 0;  ///< 1, 2, ... within the owner
  std::string revision;      ///< base64url of the first 16 octets of SHA-256 over the manifest; "" : none
  std::string text;          ///< T: UTF-8, LF line ends, no separator line, no trailing blanks
  std::string html;          ///< Th: sanitized fragment; may hold one `src="cid:signature-image"`
  std::optional<SignatureMedia> image;
  std::vector<SignatureMedia> voice;  ///< variants of one recording, the one that most can play first
  std::string language;               ///< of the voice, RFC 5646; empty if not known
  std::string waveform;               ///< of the voice, for those who draw it: media::Voice::waveform; or empty
  /// What was uploaded, as it came: never sent, and no part of the revision. Another variant can be made of it.
  std::optional<SignatureOriginal> voice_original, image_original;

  bool empty() const { return text.empty() && html.empty() && !image && voice.empty(); }
  friend bool operator==(const Signature&, const Signature&) = default;
};

/// What an older revision is remembered by (the last 20): enough to find it in a re-sent message (spec 2.7).
struct PastRevision {
  std::string revision;
  std::vector<BlobId> media;               ///< SHA-256 of image and voice octets
  std::vector<std::uint64_t> media_bytes;  ///< their lengths, in the same order: compared before any hash
  std::string text_hash;                   ///< SHA-256 of the canonical text; empty if there was none
  std::string html_hash;                   ///< SHA-256 of the lines that its HTML shows; empty if it showed none
  std::uint64_t number = 0;                ///< Signature::number; 0: not known (remembered by an older server)
  Time created;                            ///< when it became the current one, whole seconds; Time{}: not known
  std::string kinds;                       ///< "text:html:image:voice", those that it had; empty: not known
  friend bool operator==(const PastRevision&, const PastRevision&) = default;
};

}  // namespace paraph::mail
