#include "raw.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>
#include <vector>

#include "client.h"

namespace paraph::bench {
namespace {

constexpr std::size_t kPiece = 65536;

double appends_per_second(const std::string& folder, int group) {
  const std::string path = folder + "/raw.tmp";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) die("cannot write in " + folder);
  const std::vector<char> piece(kPiece, 'x');
  std::size_t written = 0;
  const auto start = SteadyClock::now();
  while (milliseconds_since(start) < 1000) {
    for (int i = 0; i < group; ++i) {
      if (::write(file, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) die("the disk is full");
    }
    if (::fdatasync(file) != 0) die("fdatasync failed");
    written += static_cast<std::size_t>(group);
  }
  const double seconds = milliseconds_since(start) / 1000;
  ::close(file);
  ::unlink(path.c_str());
  return static_cast<double>(written) / seconds;
}

double loopback_mb_per_second() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener, 1) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    die("cannot listen on loopback");
  }
  Client reader(ntohs(address.sin_port));
  const int writer = ::accept(listener, nullptr, nullptr);
  ::close(listener);
  constexpr std::size_t kTotal = std::size_t{1} << 31;
  const auto start = SteadyClock::now();
  std::jthread write([writer] {
    const std::vector<char> piece(kPiece, 'x');
    for (std::size_t sent = 0; sent < kTotal; sent += kPiece) {
      if (::send(writer, piece.data(), piece.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(piece.size()))
        die("loopback write failed");
    }
    ::close(writer);
  });
  reader.skip(kTotal);
  return static_cast<double>(kTotal) / 1e6 / (milliseconds_since(start) / 1000);
}

}  // namespace

void print_raw_figures(const std::string& folder) {
  const double single = appends_per_second(folder, 1);
  const double grouped = appends_per_second(folder, 16);
  std::printf("{\"append_64k_sync_per_s\": %.0f, \"append_64k_sync16_per_s\": %.0f, \"loopback_mb_per_s\": %.0f}\n",
              single, grouped, loopback_mb_per_second());
}

}  // namespace paraph::bench
