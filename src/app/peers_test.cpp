#include "app/peers.h"

#include <gmock/gmock.h>

#include <fstream>

namespace paraph::app {
namespace {

using testing::HasSubstr;

Result<std::vector<session_http::Peers::Proof>> load(std::string_view octets) {
  const auto path = testing::TempDir() + "paraph-peer.token";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << octets;
  Config config;
  config.peers = {{.name = "branch", .token_file = path, .subject = ""},
                  {.name = "hq", .token_file = "", .subject = "CN=hq"}};
  return load_peers(config);
}

TEST(LoadPeers, ReadsTokens) {
  const auto proofs = load("0123456789abcdef\n");
  ASSERT_TRUE(proofs.has_value()) << proofs.error().text;
  EXPECT_EQ(proofs->at(0).token, "0123456789abcdef");
  EXPECT_EQ(proofs->at(1).token, "");
  EXPECT_EQ(proofs->at(1).subject, "CN=hq");
}

TEST(LoadPeers, RefusesWhatIsNoToken) {
  const std::string cases[] = {"", "\n", "0123456789abcde", "0123456789abcdef\n0123456789abcdef\n",
                               std::string(5000, 'x')};
  for (const auto& octets : cases) {
    const auto proofs = load(octets);
    ASSERT_FALSE(proofs.has_value()) << octets.substr(0, 40);
    EXPECT_THAT(proofs.error().text, HasSubstr("paraph-peer.token: "));
  }
  Config config;
  config.peers = {{.name = "a", .token_file = "/absent/paraph.token", .subject = ""}};
  EXPECT_FALSE(load_peers(config).has_value());
}

}  // namespace
}  // namespace paraph::app
