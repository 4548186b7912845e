#include "crypto/base64.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace paraph::crypto {
namespace {

// RFC 4648 §10
TEST(Base64, KnownPairs) {
  struct Case {
    std::string_view octets, plain, url;
  };
  const Case cases[] = {{"", "", ""},
                        {"f", "Zg==", "Zg"},
                        {"fo", "Zm8=", "Zm8"},
                        {"foo", "Zm9v", "Zm9v"},
                        {"foob", "Zm9vYg==", "Zm9vYg"},
                        {"\xfb\xff\xfe", "+//+", "-__-"}};
  for (const auto& [octets, plain, url] : cases) {
    EXPECT_EQ(base64_encode(octets), plain);
    EXPECT_EQ(base64_decode(plain), octets);
    EXPECT_EQ(base64url_encode(octets), url);
    EXPECT_EQ(base64url_decode(url), octets);
  }
}

TEST(Base64, WhateverGoesInComesOut) {
  SeededRandom random(3);
  for (std::size_t bytes = 0; bytes < 200; ++bytes) {
    const std::string octets = random.octets(bytes);
    EXPECT_EQ(base64_decode(base64_encode(octets)), octets);
    EXPECT_EQ(base64url_decode(base64url_encode(octets)), octets);
  }
}

TEST(Base64, RefusesWhatIsNotExact) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v=", "====", "=", "Zm 9", "Zm9v\r\n", "Zg==Zg==", "-_-_", "Z===", "Zm9\xff"})
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  for (const std::string_view text : {"Zg==", "Z", "Zh", "+/+/", "Zm9vZ"})
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
}

}  // namespace
}  // namespace paraph::crypto
