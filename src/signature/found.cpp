#include "signature/found.h"

#include <algorithm>
#include <string>

#include "crypto/sha256.h"
#include "mime/encoding.h"
#include "mime/rope_text.h"

namespace paraph::signature {
namespace {

using mail::Encoding;
using mail::Part;

/// What we look for: a hash, its length, and how new it is.
struct Wanted {
  BlobId blob;
  std::uint64_t bytes = 0;
  Carries carries = Carries::Nothing;
};

std::vector<Wanted> wanted_media(const mail::Signature& signature, const std::vector<mail::PastRevision>& past) {
  std::vector<Wanted> wanted;
  wanted.reserve(1 + signature.voice.size());  // what a new signature needs
  const auto add = [&](const mail::SignatureMedia& media) {
    wanted.push_back({media.blob, media.bytes, Carries::Current});
  };
  if (signature.image) add(*signature.image);
  std::ranges::for_each(signature.voice, add);
  for (const auto& revision : past) {
    for (std::size_t i = 0; i < std::min(revision.media.size(), revision.media_bytes.size()); ++i) {
      wanted.push_back({revision.media[i], revision.media_bytes[i], Carries::Older});
    }
  }
  return wanted;
}

bool may_be_media(const Part& part) { return part.leaf() && part.type != "text" && part.body.size() > 0; }

/// Can a body of so many wire octets decode to `bytes`? Line ends and blanks may be many, so only the order of
/// magnitude counts.
bool may_hold(const Part& part, std::uint64_t bytes) {
  const std::uint64_t wire = part.body.size();
  if (part.encoding == Encoding::Base64) return wire / 4 * 3 + 3 >= bytes && wire <= bytes * 2 + 1024;
  if (part.encoding == Encoding::QuotedPrintable) return wire >= bytes && wire <= bytes * 4 + 1024;
  return wire == bytes;
}

/// The decoded leaf as one blob, when the rope tells it: its hash is known without reading it.
std::optional<mail::Segment> single_blob(const mail::Rope& rope, const mail::Structure& structure, std::uint32_t part) {
  const auto segments = mime::decoded_range_of_leaf(rope, structure, part);
  if (!segments || segments->size() != 1 || segments->front().offset != 0) return std::nullopt;
  return segments->front();
}

std::string decoded(const Part& part, std::string_view wire) {
  if (part.encoding == Encoding::Base64) return mime::decode_base64(wire);
  if (part.encoding == Encoding::QuotedPrintable) return mime::decode_quoted_printable(wire);
  return std::string(wire);
}

}  // namespace

std::vector<FoundMedia> find_media(const Message& message, const View& view, const std::vector<std::uint32_t>& own,
                                   const mail::Signature& signature, const std::vector<mail::PastRevision>& past) {
  std::vector<FoundMedia> found;
  const auto wanted = wanted_media(signature, past);
  for (const auto index : own) {
    const Part& part = message.structure.parts[index];
    if (!may_be_media(part)) continue;
    std::optional<LeafDigest> digest;
    for (const Wanted& each : wanted) {
      if (!may_hold(part, each.bytes)) continue;
      if (!digest) digest = digest_of(message, view, index);
      if (!digest) break;
      if (each.bytes == digest->bytes && each.blob == digest->blob) {
        found.push_back({.part = index, .carries = each.carries, .blob = each.blob});
        break;
      }
    }
  }
  return found;
}

std::optional<LeafDigest> digest_of(const Message& message, const View& view, std::uint32_t part) {
  if (const auto segment = single_blob(message.rope, message.structure, part))
    return LeafDigest{.blob = segment->blob, .bytes = segment->length};
  const Part& leaf = message.structure.parts[part];
  const auto wire = view.octets(leaf.body);
  if (!wire) return std::nullopt;
  const std::string octets = decoded(leaf, *wire);
  return LeafDigest{.blob = crypto::sha256(octets), .bytes = octets.size()};
}

std::optional<mail::Range> digest_range(const mail::Rope& rope, const mail::Structure& structure, std::uint32_t part) {
  if (single_blob(rope, structure, part)) return std::nullopt;
  return structure.parts[part].body;
}

std::vector<mail::Range> media_ranges(const mail::Rope& rope, const mail::Structure& structure,
                                      const std::vector<std::uint32_t>& own, const mail::Signature& signature,
                                      const std::vector<mail::PastRevision>& past) {
  std::vector<mail::Range> ranges;
  const auto wanted = wanted_media(signature, past);
  for (const auto index : own) {
    const Part& part = structure.parts[index];
    if (!may_be_media(part)) continue;
    const bool possible = std::ranges::any_of(wanted, [&](const Wanted& each) { return may_hold(part, each.bytes); });
    if (possible && !single_blob(rope, structure, index)) ranges.push_back(part.body);
  }
  return ranges;
}

}  // namespace paraph::signature
