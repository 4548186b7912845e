#include "source/web/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace paraph::source::web {
namespace {

sockaddr_storage address(const std::string& text) {
  sockaddr_storage storage{};
  if (text.contains(':')) {
    auto& six = reinterpret_cast<sockaddr_in6&>(storage);
    six.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(storage);
    four.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &four.sin_addr), 1) << text;
  }
  return storage;
}

bool is_public(const std::string& text) {
  const auto storage = address(text);
  return web::is_public(reinterpret_cast<const sockaddr&>(storage));
}

TEST(Address, OfThePublicInternet) {
  for (const char* text : {"1.1.1.1",         "8.8.8.8",         "9.255.255.255", "11.0.0.0",        "100.63.255.255",
                           "100.128.0.0",     "126.255.255.255", "128.0.0.1",     "169.253.255.255", "172.15.255.255",
                           "172.32.0.0",      "192.167.255.255", "192.169.0.0",   "198.17.255.255",  "198.20.0.0",
                           "223.255.255.255", "2606:4700::1",    "2a00:1450::1",  "2001:4860::8888", "3ffe::1"})
    EXPECT_TRUE(is_public(text)) << text;
}

TEST(Address, ThatAnAddressInDataMayNotLeadTo) {
  for (const char* text :
       {"0.0.0.0",      "0.1.2.3",          "10.0.0.1",        "10.255.255.255", "100.64.0.1",      "100.127.255.255",
        "127.0.0.1",    "127.255.255.255",  "169.254.169.254", "172.16.0.1",     "172.31.255.255",  "192.0.0.8",
        "192.0.2.1",    "192.88.99.1",      "192.168.0.1",     "198.18.0.1",     "198.19.255.255",  "198.51.100.7",
        "203.0.113.7",  "224.0.0.1",        "239.255.255.255", "240.0.0.1",      "255.255.255.255", "::",
        "::1",          "::ffff:127.0.0.1", "::ffff:8.8.8.8",  "::127.0.0.1",    "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1",           "2001::1",         "2001:db8::1",    "2002:7f00:1::",   "3fff::1",
        "fc00::1",      "fd12:3456::1",     "fe80::1",         "fec0::1",        "ff02::1",         "ff0e::1"})
    EXPECT_FALSE(is_public(text)) << text;
}

TEST(Address, OfAnotherFamilyIsNotPublic) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(web::is_public(reinterpret_cast<const sockaddr&>(storage)));
}

TEST(Address, OfThisMachine) {
  const auto loopback = address("127.0.0.1"), other = address("192.0.2.77");
  EXPECT_TRUE(is_own(reinterpret_cast<const sockaddr&>(loopback)));
  EXPECT_FALSE(is_own(reinterpret_cast<const sockaddr&>(other)));
}

}  // namespace
}  // namespace paraph::source::web
