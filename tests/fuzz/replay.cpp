// main() of a fuzz target without libFuzzer: runs each file of the folders given, and each file's beginnings.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void run(const std::string& octets) {
  const std::vector<std::uint8_t> copy(octets.begin(), octets.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      const auto octets = read_file(entry.path());
      const std::size_t step = std::max<std::size_t>(1, octets.size() / 50);
      for (std::size_t bytes = 0; bytes < octets.size(); bytes += step) run(octets.substr(0, bytes));
      run(octets);
      ++files;
    }
  }
  std::printf("%zu seeds replayed\n", files);
  return files == 0 ? 1 : 0;
}
