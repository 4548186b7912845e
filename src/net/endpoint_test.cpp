#include "net/endpoint.h"

#include <gtest/gtest.h>

namespace paraph::net {
namespace {

TEST(Endpoint, TextAndBack) {
  for (const std::string text :
       {"127.0.0.1:25", "0.0.0.0:0", "192.0.2.255:65535", "[::1]:993", "[2001:db8::1]:1", "[::]:0"})
    EXPECT_EQ(parse_endpoint(text).value().text(), text);
}

TEST(Endpoint, WhatIsNotOne) {
  for (const std::string text :
       {"", "25", ":25", "localhost:25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:-1",
        "::1:25", "[::1]", "[127.0.0.1]:25", "127.1:25", "[::1:25", "1.2.3.4.5:1"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_EQ(endpoint.error().code, Code::BadInput);
    EXPECT_NE(endpoint.error().text.find("127.0.0.1:25"), std::string::npos) << "it shows how";
  }
}

TEST(Endpoint, Loopback) {
  for (const std::string text : {"127.0.0.1:1", "127.255.0.3:1", "[::1]:1", "[::ffff:127.0.0.1]:1"})
    EXPECT_TRUE(parse_endpoint(text)->loopback()) << text;
  for (const std::string text : {"128.0.0.1:1", "10.0.0.1:1", "0.0.0.0:1", "[::]:1", "[::2]:1", "[fe80::1]:1"})
    EXPECT_FALSE(parse_endpoint(text)->loopback()) << text;
}

TEST(Endpoint, PeersAreCountedByAddressOrNetwork) {
  const auto key = [](std::string_view text) { return parse_endpoint(text)->peer_key(); };
  EXPECT_EQ(key("192.0.2.1:1"), key("192.0.2.1:2"));
  EXPECT_NE(key("192.0.2.1:1"), key("192.0.2.2:1"));
  EXPECT_EQ(key("[2001:db8::1]:1"), key("[2001:db8::ffff:1]:2"));
  EXPECT_NE(key("[2001:db8::1]:1"), key("[2001:db8:0:1::1]:1"));
  EXPECT_EQ(key("[::ffff:192.0.2.1]:1"), key("192.0.2.1:1"));
}

}  // namespace
}  // namespace paraph::net
