#include "service/remote_cache.h"

#include <gtest/gtest.h>

namespace paraph::service {
namespace {

std::shared_ptr<const Known> known(std::string text) {
  auto one = std::make_shared<Known>();
  one->acquired.signature.text = std::move(text);
  return one;
}

std::string text_of(const std::shared_ptr<const Known>& one) { return one ? one->acquired.signature.text : "(none)"; }

TEST(RemoteCache, KeepsTheOnesUsedLast) {
  RemoteCache cache(10'000);
  for (const std::string owner : {"a", "b", "c"}) cache.put(owner, known(std::string(2'500, owner[0])));
  EXPECT_EQ(text_of(cache.find("a")), std::string(2'500, 'a'));  // now "b" is the one not used for longest
  cache.put("d", known(std::string(2'500, 'd')));
  EXPECT_EQ(text_of(cache.find("b")), "(none)");
  for (const std::string owner : {"a", "c", "d"}) EXPECT_NE(text_of(cache.find(owner)), "(none)") << owner;
  EXPECT_LE(cache.bytes(), 10'000u);
}

TEST(RemoteCache, HoldsOneOfEachOwner) {
  RemoteCache cache(100'000);
  cache.put("a", known("one"));
  const auto held = cache.find("a");
  const auto bytes = cache.bytes();
  cache.put("a", known("two"));
  EXPECT_EQ(text_of(cache.find("a")), "two");
  EXPECT_EQ(text_of(held), "one") << "what somebody uses does not change under them";
  EXPECT_EQ(cache.bytes(), bytes);
  cache.erase("a");
  cache.erase("a");
  EXPECT_EQ(text_of(cache.find("a")), "(none)");
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(RemoteCache, WhatIsTooLongIsNotKept) {
  RemoteCache cache(1'000);
  cache.put("a", known(std::string(5'000, 'a')));
  EXPECT_EQ(text_of(cache.find("a")), "(none)");
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(RemoteCache, FieldsCountWithTheirOctets) {
  RemoteCache cache(10'000);
  auto one = std::make_shared<Known>();
  for (const char* name : {"a", "b", "c"}) one->acquired.fields[name] = std::string(1'000, 'x');
  cache.put("a", one);
  EXPECT_GT(cache.bytes(), 3'000u);
  cache.put("b", one);
  cache.put("c", one);
  EXPECT_FALSE(cache.find("a"));
}

}  // namespace
}  // namespace paraph::service
