#include "app/demo.h"

#include <gmock/gmock.h>

#include "app/demo_files.h"

namespace paraph::app {
namespace {

TEST(Demo, TheFolderIsMadeAndMadeAgain) {
  const std::filesystem::path folder = testing::TempDir() + "paraph demo \"test\"";
  std::filesystem::remove_all(folder);
  for (int round = 0; round < 2; ++round) {
    const auto config = prepare_demo_folder(folder);
    ASSERT_TRUE(config.has_value()) << config.error().text;
    EXPECT_EQ(config->server.data_dir, folder);
    EXPECT_EQ(config->listen.imap.at(0).text(), "127.0.0.1:1143");
    EXPECT_TRUE(load_config(folder / "paraph.toml").has_value());
  }
  EXPECT_FALSE(prepare_demo_folder(folder / "paraph.toml").has_value());
  std::filesystem::remove_all(folder);
}

TEST(Demo, CommandsAreQuoted) {
  EXPECT_THAT(demo_commands("/opt/my paraph/paraph", "/tmp/d"),
              testing::HasSubstr("| '/opt/my paraph/paraph' send --server 127.0.0.1:2587"));
}

TEST(Demo, BringsItsFiles) {
  EXPECT_TRUE(demo_picture().starts_with("\x89PNG"));
  EXPECT_TRUE(demo_voice().starts_with("OggS"));
  EXPECT_TRUE(demo_message().starts_with("OggS"));
}

}  // namespace
}  // namespace paraph::app
