#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "mail/structure.h"

namespace paraph::mail {

/// A blob is at most this long: a longer leaf is several segments. A multiple of 3 and of 57, so cuts fall between
/// base64 lines.
inline constexpr std::uint64_t kBlobBytesMax = 57 * 4599;  // 262,143

/// One run of a message's octets. Stored on disk (record/records.proto).
struct Segment {
  enum class Kind : std::uint8_t { Inline = 0, Raw = 1, Base64 = 2 };
  Kind kind = Kind::Inline;
  std::string octets;        ///< Inline: the octets themselves
  BlobId blob;               ///< Raw, Base64: where they are ...
  std::uint64_t offset = 0;  ///< ... from this octet of the blob on (a multiple of a line's decoded octets for Base64)
  std::uint64_t length = 0;  ///< ... so many octets of the blob (decoded, for Base64)
  std::uint32_t line_chars =
      0;                    ///< Base64: characters a line (a multiple of 4, at most 996), or 0: one line of any length
  bool final_crlf = false;  ///< Base64: the last line (whole or not) ends in CRLF; all lines before it always do.
                            ///< With line_chars == 0 the one line ends in CRLF when set.
  bool has_8bit = false;    ///< Raw: octets above 127 were seen in it, or in what it was cut from; false: none, or
                            ///< nobody looked (what comes from outside was looked at, as long as it is kept so)

  /// Octets on the wire.
  std::uint64_t wire_bytes() const;
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// A message as a list of segments over immutable blobs (DESIGN decision 5). Segments of zero wire octets do not occur.
/// Copying a rope copies inline octets only.
struct Rope {
  std::vector<Segment> segments;

  std::uint64_t wire_bytes() const;
  /// Joins inline runs: two adjacent Inline segments never occur.
  void append(std::string_view octets);
  void append(Segment segment);
  /// Octets [range) of `from`, appended. Raw and Inline segments are cut anywhere; a Base64 segment is cut where its
  /// lines begin, or before a line's CRLF: PARAPH_ASSERTs that the range's ends are such places, or the segment's own
  /// ends.
  void append_range(const Rope& from, Range range);
  /// May a range of append_range() begin or end at octet `wire`?
  bool can_cut(std::uint64_t wire) const;
  friend bool operator==(const Rope&, const Rope&) = default;
};

/// A new blob to be put with the message that refers to it.
struct NewBlob {
  BlobId id;
  std::string octets;
};

}  // namespace paraph::mail
