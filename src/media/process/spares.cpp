#include "media/process/spares.h"

#include <algorithm>
#include <utility>

namespace paraph::media::process {

Spares::~Spares() {
  // The thread ends before what it uses.
  keeper_.request_stop();
  if (keeper_.joinable()) keeper_.join();
}

Result<std::string> Spares::run(const std::filesystem::path& program, std::string_view request,
                                std::size_t answer_bytes_max, std::chrono::milliseconds time) {
  auto answer = run_now(program, request, answer_bytes_max, time);
  const std::lock_guard lock(mutex_);
  --under_way_;
  quiet_since_ = SteadyClock::now();
  spares_.try_emplace(program);
  if (!keeper_.joinable()) keeper_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
  changed_.notify_all();
  return answer;
}

Result<std::string> Spares::run_now(const std::filesystem::path& program, std::string_view request,
                                    std::size_t answer_bytes_max, std::chrono::milliseconds time) {
  auto spare = take(program);
  if (spare && spare->waits()) {
    auto answered = spare->ask(request, answer_bytes_max, time);
    if (!answered.untouched) return std::move(answered.answer);
  }
  return run_child(program, request, answer_bytes_max, time);
}

/// Counts a request as under way.
std::optional<Child> Spares::take(const std::filesystem::path& program) {
  const std::lock_guard lock(mutex_);
  ++under_way_;
  auto entry = spares_.extract(program);
  if (!entry) return std::nullopt;
  return std::move(entry.mapped());
}

/// The thread.
void Spares::keep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto missing = [&] { return std::ranges::find_if(spares_, [](const auto& one) { return !one.second; }); };
  const auto wanted = [&] { return under_way_ == 0 && missing() != spares_.end(); };
  while (changed_.wait(lock, stop, wanted) && !stop.stop_requested()) {
    const auto due = quiet_since_ + quiet_;
    if (SteadyClock::now() < due) {
      (void)changed_.wait_until(lock, stop, due, [&] { return !wanted(); });
      continue;
    }
    const auto spare = missing();
    // Whoever wants the program meanwhile waits for this one, and has it then.
    if (auto child = Child::start(spare->first)) {
      spare->second.emplace(*std::move(child));
    } else {
      spares_.erase(spare);
    }
  }
}

}  // namespace paraph::media::process
