#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace paraph::media::process {

/// Starts `program` with nothing of this process (no descriptor, no environment), gives it `request` as its standard
/// input, and answers what it wrote to its standard output until it ended. Blocks. Unavailable: it could not be
/// started, did not end well, wrote over `answer_bytes_max`, or did not end within `time`: it is killed then, and no
/// process is left in any case.
Result<std::string> run_child(const std::filesystem::path& program, std::string_view request,
                              std::size_t answer_bytes_max, std::chrono::milliseconds time);

}  // namespace paraph::media::process
