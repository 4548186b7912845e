// What it costs to import a recording and a picture, one after the other, as the server does it:
//   paraph_import_cost FOLDER-OF-THE-WORKERS RECORDING PICTURE
// In turns with processes that are started then, and with such as wait. media_import.py makes the files and pins it to
// one core.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "media/process/process_media.h"

namespace {

using namespace std::chrono_literals;
using namespace paraph;

constexpr int kRounds = 15;
constexpr media::Limits kLimits{
    .upload_bytes_max = 4 << 20, .bytes_max = 262'143, .seconds_max = 30, .width_max = 600, .height_max = 200};

std::string read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class T>
double milliseconds_of(Task<Result<T>> import) {
  boost::asio::io_context loop{1};
  std::optional<Result<T>> done;
  const auto begin = std::chrono::steady_clock::now();
  boost::asio::co_spawn(loop, std::move(import),
                        [&](const std::exception_ptr&, Result<T> got) { done = std::move(got); });
  loop.run();
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  if (*done) return taken.count();
  fmt::print(stderr, "{}\n", done->error().text);
  std::exit(1);
}

struct Taken {
  std::vector<double> voice, picture, both;
};

void import_both(media::Media& media, const std::string& voice, const std::string& picture, Taken& taken) {
  const double first = milliseconds_of(media.import_voice({.octets = voice, .declared_type = {}}, kLimits));
  const double second = milliseconds_of(media.import_picture({.octets = picture, .declared_type = {}}, kLimits));
  taken.voice.push_back(first);
  taken.picture.push_back(second);
  taken.both.push_back(first + second);
}

void print(const char* what, std::vector<double> times) {
  std::ranges::sort(times);
  fmt::print("  {}: {:.0f} ms ({:.0f}-{:.0f})\n", what, times[times.size() / 2], times.front(), times.back());
}

void print(const char* how, const Taken& taken) {
  fmt::print("{}\n", how);
  print("voice", taken.voice);
  print("picture", taken.picture);
  print("both", taken.both);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string voice = read_file(arguments[2]), picture = read_file(arguments[3]);
  const media::process::Options options{.folder = arguments[1]};
  Taken then, ahead;
  media::process::ProcessMedia keeps(options);
  for (int round = -1; round < kRounds; ++round) {
    std::this_thread::sleep_for(1500ms);  // both processes that wait are started again
    Taken first;
    import_both(keeps, voice, picture, round < 0 ? first : ahead);
    media::process::ProcessMedia fresh(options);
    if (round >= 0) import_both(fresh, voice, picture, then);
  }
  print("processes started then", then);
  print("processes that waited", ahead);
}
