#include "base/log.h"

#include <atomic>

namespace paraph {
namespace {
std::atomic<LogSink> g_sink{nullptr};
}

void set_log_sink(LogSink sink) { g_sink.store(sink); }

void write_log(Level level, std::string_view line) {
  if (const auto sink = g_sink.load(std::memory_order_relaxed)) sink(level, line);
}

}  // namespace paraph
