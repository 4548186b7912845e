#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/rope.h"
#include "mail/signature.h"
#include "media/media.h"
#include "service/limits.h"
#include "source/remote.h"

namespace paraph::service {

/// What is left of what another place answered, checked and made safe (service/import_signature.h).
struct Imported {
  mail::Signature signature;  ///< without number; empty(): nothing could be used
  std::vector<mail::NewBlob> blobs;
};

/// A part that is refused is left out, with a line in the log. Unavailable: what checks media does not work now.
/// `media` and `limits` outlive the call.
Task<Result<Imported>> import_fetched(media::Media& media, const Limits& limits, std::string source, std::string owner,
                                      source::Fetched fetched);

}  // namespace paraph::service
