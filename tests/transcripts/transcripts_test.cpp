#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "runner.h"

namespace paraph::transcripts {
namespace {

std::vector<std::filesystem::path> all_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PARAPH_TRANSCRIPTS)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Transcript : public testing::TestWithParam<std::filesystem::path> {
 protected:
  void play(Cut cut) {
    const auto steps = parse_script(read_file(GetParam()));
    const bool large = std::ranges::any_of(steps, [](const auto& step) { return step.text == "large"; });
    if (large && cut == Cut::Octets) GTEST_SKIP() << "too many octets";
    try {
      Runner(cut).play(steps);
    } catch (const std::exception& error) {
      ADD_FAILURE() << GetParam().filename().string() << ", " << error.what();
    }
  }
};

TEST_P(Transcript, AsWritten) { play(Cut::AsWritten); }
TEST_P(Transcript, OctetByOctet) { play(Cut::Octets); }

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
  auto name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  std::ranges::replace_if(name, [](char c) { return !is_digit(c) && (to_lower(c) < 'a' || to_lower(c) > 'z'); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Transcript, testing::ValuesIn(all_files()), name_of);

}  // namespace
}  // namespace paraph::transcripts
