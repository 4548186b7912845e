#pragma once
#include <atomic>
#include <chrono>
#include <filesystem>

#include "media/media.h"
#include "media/process/spares.h"
#include "net/worker_pool.h"

namespace paraph::media::process {

struct Options {
  std::filesystem::path folder;            ///< where `paraph-media` and `paraph-media-picture` are
  std::size_t workers_max = 2;             ///< processes at once
  std::size_t waiting_max = 64;            ///< imports that wait for one; more are Unavailable
  std::chrono::milliseconds time{10'000};  ///< of one import, then its process is killed
  std::chrono::milliseconds quiet{500};    ///< without an import, before a process is started ahead for the next
};

/// The door through a process of its own for each import, shut in before it reads anything (worker/sandbox.h): what
/// crashes or hangs there costs that one import, and this process decodes nothing. Any event loop. Its destructor waits
/// for the imports under way.
class ProcessMedia final : public Media {
 public:
  explicit ProcessMedia(Options options);
  Task<Result<Voice>> import_voice(Upload upload, Limits limits) override;
  Task<Result<File>> import_picture(Upload upload, Limits limits) override;

 private:
  Task<Result<std::string>> ask(const char* program, Upload upload, Limits limits);

  const Options options_;
  Spares spares_;
  net::WorkerPool pool_;
};

}  // namespace paraph::media::process
