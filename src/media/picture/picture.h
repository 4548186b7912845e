#pragma once
#include "base/result.h"
#include "media/media.h"
#include "media/pipe.h"

namespace paraph::media::picture {

/// Makes libvips ready: once, before import_picture() and before a sandbox. Unavailable: it cannot be.
Result<void> prepare();

/// All that media::Media::import_picture promises, in this process and thread. Reads nothing but `request`.
Result<File> import_picture(const Request& request);

}  // namespace paraph::media::picture
