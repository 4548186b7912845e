#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "signature/body.h"
#include "signature/content.h"
#include "signature/found.h"
#include "signature/gate.h"
#include "signature/html_leaf.h"
#include "signature/leaf.h"
#include "signature/names.h"
#include "signature/places.h"

namespace paraph::signature {

/// Everything that was read of a message before deciding.
struct Reading {
  const Message& message;
  const View& view;
  const Policy& policy;
  std::vector<std::uint32_t> own;  ///< parts outside nested messages
  Body body;
  std::map<std::uint32_t, Leaf> leaves;  ///< every inline text/plain and text/html leaf whose octets are at hand
  std::vector<FoundMedia> media;
};

/// Reads the leaves. `message`, `view` and `policy` must outlive the result.
Reading read_message(const Message& message, const View& view, const Policy& policy, const mail::Signature& signature,
                     const std::vector<mail::PastRevision>& past);

/// Where the picture goes.
enum class ImagePlace {
  None,
  Body,     ///< into BODY
  Related,  ///< last child of the related that is around the HTML leaf already
  Leaf,     ///< a new related around the HTML leaf
  Mixed,    ///< no HTML leaf: a part of the top-level mixed
};

/// Which case of spec 2.4 a message is, as the operations of 2.2 to carry out.
struct Plan {
  bool wrap = false;                    ///< WRAP the whole entity in a new mixed
  bool insert_body = false;             ///< BODY first ...
  bool body_after = false;              ///< ... or after the message, when that is signed (2.4 I1)
  bool separate = false;                ///< every leaf is locked: the text as a part of its own after the body (2.4 W)
  std::optional<LeafEdit> plain, html;  ///< EDIT of Reading::body's leaves
  ImagePlace image = ImagePlace::None;
  const mail::SignatureMedia* voice = nullptr;
  std::string_view container = "mixed";          ///< of WRAP, with parameters
  std::uint64_t append_at = 0;                   ///< APPEND: before the top-level mixed's closing delimiter
  std::optional<std::uint32_t> voice_container;  ///< the multipart/voice-message that the voice goes into ...
  std::uint64_t voice_at = 0;                    ///< ... before the delimiter line here (spec 2.4 J)
  std::uint64_t related_at = 0;                  ///< the same for ImagePlace::Related
  std::string image_id;                          ///< Content-ID of the new picture, without angle brackets
  std::string voice_id;
  std::string div;  ///< the HTML for BODY
  Report report;
  bool changes() const {
    return insert_body || separate || plain || html || image != ImagePlace::None || voice != nullptr;
  }
};

/// Decides (spec 2.3 (4) to (7)). `content` must outlive the plan. Nothing to do: a plan without changes, whose report
/// says why. A leaf whose new encoding alone would add more than `leaf_growth_max` is locked.
Plan make_plan(const Reading& reading, const Content& content, const std::vector<mail::PastRevision>& past,
               const Names& names, std::uint64_t leaf_growth_max);

}  // namespace paraph::signature
