#include "media/worker/run.h"

#include <malloc.h>
#include <unistd.h>

#include <cerrno>

#include "media/worker/sandbox.h"

namespace paraph::media::worker {
namespace {

/// The server sends less: what is past this is no request of its.
constexpr std::size_t kRequestBytesMax = 64 << 20;

bool read_all(std::string& into) {
  std::string buffer(64 * 1024, '\0');
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || into.size() + static_cast<std::size_t>(got) > kRequestBytesMax) return false;
    into.append(buffer, 0, static_cast<std::size_t>(got));
  }
}

bool write_all(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t wrote = ::write(STDOUT_FILENO, octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

/// Without what runs at an ordinary end: a library's clean-up may want what the sandbox forbids.
[[noreturn]] void end(bool well) { _exit(well ? 0 : 1); }

}  // namespace

void run(const std::function<std::string(Request)>& work) {
  // glibc reads a file when it shrinks the heap of a second thread: all share one.
  ::mallopt(M_ARENA_MAX, 1);
  if (const auto shut = shut_in({}); !shut) {
    write_all(format_answer(Result<File>(fail(Result<void>(shut)))));
    end(false);
  }
  std::string octets;
  if (!read_all(octets)) end(false);
  auto request = parse_request(octets);
  octets = std::string();
  if (!request) end(false);
  end(write_all(work(*std::move(request))));
}

}  // namespace paraph::media::worker
