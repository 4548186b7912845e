#pragma once
#include "base/result.h"
#include "media/media.h"
#include "media/pipe.h"

namespace paraph::media::voice {

/// All that media::Media::import_voice promises, in this process and thread. Reads nothing but `request`.
Result<Voice> import_voice(const Request& request);

}  // namespace paraph::media::voice
