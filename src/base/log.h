#pragma once
#include <string_view>

#include <fmt/format.h>

namespace paraph {

enum class Level { Debug, Info, Warn, Error };

/// Where log lines go; main() sets it once before any thread starts (spdlog to standard error), tests may catch lines.
/// Callable from any thread. A line is one sentence of `key=value` pairs; peers' octets go through `printable()` first.
using LogSink = void (*)(Level, std::string_view line);
void set_log_sink(LogSink sink);
void write_log(Level level, std::string_view line);

template <class... Args>
void log(Level level, fmt::format_string<Args...> format, Args&&... args) {
  write_log(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace paraph
