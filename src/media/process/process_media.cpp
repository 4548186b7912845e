#include "media/process/process_media.h"

#include <fmt/format.h>

#include <utility>

#include "media/pipe.h"

namespace paraph::media::process {
namespace {

constexpr std::size_t kAnswerBytesMax = 32 << 20;

/// Checked here too: what is far too large is not carried to another process first.
Result<void> check_bytes(const char* what, const Upload& upload, const Limits& limits) {
  if (limits.upload_bytes_max == 0 || upload.octets.size() <= limits.upload_bytes_max) return {};
  return fail(Code::TooLarge,
              fmt::format("the {} has {} octets, {} are allowed", what, upload.octets.size(), limits.upload_bytes_max));
}

}  // namespace

ProcessMedia::ProcessMedia(Options options)
    : options_(std::move(options)), spares_(options_.quiet), pool_(options_.workers_max, options_.waiting_max) {}

Task<Result<std::string>> ProcessMedia::ask(const char* program, Upload upload, Limits limits) {
  auto work = [this, path = options_.folder / program, time = options_.time,
               request = format_request({std::move(upload), limits})] {
    return spares_.run(path, request, kAnswerBytesMax, time);
  };
  try {
    auto answer = co_await net::run_on(pool_, std::move(work));
    co_return answer;
  } catch (const net::Overloaded&) {
    co_return fail(Code::Unavailable, "too many recordings and pictures are being read: try again in a minute");
  }
}

Task<Result<Voice>> ProcessMedia::import_voice(Upload upload, Limits limits) {
  PARAPH_CO_CHECK(check_bytes("recording", upload, limits));
  PARAPH_CO_TRY(const auto answer, co_await ask("paraph-media", std::move(upload), limits));
  co_return parse_voice_answer(answer);
}

Task<Result<File>> ProcessMedia::import_picture(Upload upload, Limits limits) {
  PARAPH_CO_CHECK(check_bytes("picture", upload, limits));
  PARAPH_CO_TRY(const auto answer, co_await ask("paraph-media-picture", std::move(upload), limits));
  co_return parse_picture_answer(answer);
}

}  // namespace paraph::media::process
