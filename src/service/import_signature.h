#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"
#include "media/media.h"
#include "service/limits.h"
#include "store/store.h"

namespace paraph::service {

/// What is changed about a signature; absent parts stay, an empty one is taken away.
struct SignatureChange {
  std::optional<std::string> text;
  std::optional<std::string> html;
  std::optional<std::string> voice;  ///< a file's octets
  std::optional<std::string> image;
  std::string voice_type;  ///< the media types that they were declared with; empty: none
  std::string image_type;
};

/// The one way into a signature, whoever brings it: `change` is checked, made safe and put into `next`, its media as
/// blobs into `batch` (references are the caller's affair). On failure both are of no use any more. Codes of
/// media::Media, BadInput (controls, not UTF-8, unsafe HTML), TooLarge. `media` and `limits` outlive the call.
Task<Result<void>> import_signature(media::Media& media, const Limits& limits, SignatureChange change,
                                    mail::Signature& next, store::Batch& batch);

}  // namespace paraph::service
