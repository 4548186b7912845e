#include "app/shell.h"

#include <gtest/gtest.h>

#include <fstream>

namespace paraph::app {
namespace {

TEST(Shell, Words) {
  const std::pair<std::string_view, std::string_view> table[] = {{"/a/b-c_d.e", "/a/b-c_d.e"},
                                                                 {"a b", "'a b'"},
                                                                 {"", "''"},
                                                                 {"it's", "'it'\\''s'"},
                                                                 {"$x", "'$x'"},
                                                                 {"ä", "'ä'"},
                                                                 {"a\nb", "'a\nb'"}};
  for (const auto& [text, word] : table) EXPECT_EQ(shell_word(text), word) << text;
}

TEST(Shell, TextOrFile) {
  const std::filesystem::path file = testing::TempDir() + "paraph_shell_test.txt";
  std::ofstream(file) << "from a file";
  EXPECT_EQ(text_or_file("plain", 100).value(), "plain");
  EXPECT_EQ(text_or_file("@" + file.string(), 100).value(), "from a file");
  EXPECT_EQ(text_or_file("@" + file.string(), 5).error().code, Code::TooLarge);
  EXPECT_EQ(text_or_file("@", 5).error().code, Code::BadInput);
  EXPECT_EQ(read_file(testing::TempDir(), 5).error().code, Code::BadInput);
  EXPECT_NE(read_file(file.string() + ".none", 5).error().text.find("No such file"), std::string::npos);
  std::filesystem::remove(file);
}

TEST(Shell, PrivateFolders) {
  const std::filesystem::path folder = testing::TempDir() + "paraph_shell_test";
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(make_private_folder(folder / "a").has_value());
  EXPECT_EQ(std::filesystem::status(folder / "a").permissions(), std::filesystem::perms::owner_all);
  EXPECT_TRUE(make_private_folder(folder / "a").has_value());
  std::ofstream(folder / "file") << "x";
  EXPECT_NE(make_private_folder(folder / "file" / "b").error().text.find("cannot be made"), std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace paraph::app
