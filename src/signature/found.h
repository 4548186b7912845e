#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "signature/attach.h"
#include "signature/text_leaf.h"
#include "signature/view.h"

namespace paraph::signature {

/// A part whose octets are a signature's picture or voice: of the current revision or of an older one (spec 2.7 (2)).
struct FoundMedia {
  std::uint32_t part = 0;
  Carries carries = Carries::Nothing;
  BlobId blob;
};

/// Every such part outside nested messages. Lengths are compared first, hashes after.
std::vector<FoundMedia> find_media(const Message& message, const View& view, const std::vector<std::uint32_t>& own,
                                   const mail::Signature& signature, const std::vector<mail::PastRevision>& past);

/// SHA-256 and length of a leaf, decoded: as the rope tells them, else from its octets; nullopt when these are not at
/// hand.
struct LeafDigest {
  BlobId blob;
  std::uint64_t bytes = 0;
};
std::optional<LeafDigest> digest_of(const Message& message, const View& view, std::uint32_t part);
/// The wire range that digest_of() must see; nullopt when the rope tells all.
std::optional<mail::Range> digest_range(const mail::Rope& rope, const mail::Structure& structure, std::uint32_t part);

/// Wire ranges of the leaves that might be such parts, and whose hash the rope does not tell.
std::vector<mail::Range> media_ranges(const mail::Rope& rope, const mail::Structure& structure,
                                      const std::vector<std::uint32_t>& own, const mail::Signature& signature,
                                      const std::vector<mail::PastRevision>& past);

}  // namespace paraph::signature
