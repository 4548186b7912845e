#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace paraph::source::paraph {

inline constexpr std::size_t kVariantsMax = 16;  ///< of the recording; further ones are not looked at

/// A recording or picture that the document names.
struct NamedMedia {
  std::string url;   ///< absolute, or relative to the document
  std::string type;  ///< media type; may be empty
  BlobId sha256;
  std::uint64_t size = 0;
};

/// The document `/.well-known/paraph/signature` (spec 3.2). What it has besides is not looked at.
struct Document {
  std::string text, html;
  std::optional<NamedMedia> image;
  std::vector<NamedMedia> voice;  ///< the best first
  std::optional<Time> not_after;
};

/// BadInput: not such a document, of another version, or about another user than `user` (ASCII case aside); the
/// sentence says where. Pure, bounded in depth.
Result<Document> parse_document(std::string_view json, std::string_view user);

}  // namespace paraph::source::paraph
