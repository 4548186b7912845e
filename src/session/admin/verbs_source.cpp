// The verb of the signature sources.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.h"
#include "session/admin/verbs.h"

namespace paraph::admin {
namespace {

std::string line_of(const service::SourceState& source) {
  std::string last = "-";
  if (!source.last_error.empty())
    last = fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}", std::chrono::floor<std::chrono::seconds>(source.last_error_at),
                       printable(source.last_error, 400));
  return fmt::format("{:<12} {:<7} {:<40} {:<9} {:>8} {:>8} {:>6} {:>6}  {}", printable(source.name), source.kind,
                     printable(source.url), source.state, source.requests, source.hits, source.stale, source.errors,
                     last);
}

}  // namespace

Task<Result<void>> Verbs::source_list(Request, PrintLine print) {
  if (!sources_.states) co_return Result<void>();
  const auto states = sources_.states();
  if (states.empty()) co_return Result<void>();
  co_await print(fmt::format("{:<12} {:<7} {:<40} {:<9} {:>8} {:>8} {:>6} {:>6}  {}", "NAME", "KIND", "URL", "STATE",
                             "REQUESTS", "HITS", "STALE", "ERRORS", "LAST ERROR"));
  for (const auto& source : states) co_await print(line_of(source));
  co_return Result<void>();
}

}  // namespace paraph::admin
