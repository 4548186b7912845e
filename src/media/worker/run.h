#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "media/pipe.h"

namespace paraph::media::worker {

/// A media worker's whole life: shuts itself in, reads one request from standard input to its end, hands it to `work`,
/// writes what that answers to standard output, and ends the process at once: 0, or 1 when there was nothing to read.
[[noreturn]] void run(const std::function<std::string(Request)>& work);

}  // namespace paraph::media::worker
