#include "app/logging.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#pragma clang diagnostic pop

#include "base/log.h"

namespace paraph::app {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warn:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void to_standard_error(Level level, std::string_view line) {
  spdlog::default_logger_raw()->log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void start_logging() {
  auto logger = spdlog::stderr_logger_mt("paraph");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::set_default_logger(std::move(logger));
  set_log_sink(&to_standard_error);
}

}  // namespace paraph::app
