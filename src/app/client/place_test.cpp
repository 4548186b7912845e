#include "app/client/place.h"

#include <gtest/gtest.h>

namespace paraph::client {
namespace {

TEST(Place, HostAndPort) {
  const struct {
    std::string_view text, host;
    int port;  // 0: refused
  } table[] = {{"vm.example.org:587", "vm.example.org", 587},
               {"127.0.0.1:2587", "127.0.0.1", 2587},
               {"[::1]:25", "::1", 25},
               {"localhost:1", "localhost", 1},
               {"vm.example.org", "", 0},
               {":25", "", 0},
               {"a:0", "", 0},
               {"a:65536", "", 0},
               {"a b:1", "", 0},
               {"::1:25", "", 0},
               {"-x:1", "", 0},
               {"a/b:1", "", 0},
               {"u@h:1", "", 0},
               {"", "", 0}};
  for (const auto& [text, host, port] : table) {
    Place place;
    EXPECT_EQ(take_host_and_port(text, place), port != 0) << text;
    EXPECT_EQ(place.host, host) << text;
    EXPECT_EQ(place.port, port) << text;
  }
}

TEST(Place, Loopback) {
  for (const auto* host : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const auto* host : {"localhost.example.org", "128.0.0.1", "::2", "127.0.0.1.example.org", "", "0.0.0.0"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace paraph::client
