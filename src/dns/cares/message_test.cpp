#include "dns/cares/message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace paraph::dns::cares {
namespace {

std::string two(std::size_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)}; }
std::string four(std::size_t number) { return two(number >> 16) + two(number & 0xffff); }

std::string record(std::size_t type, std::size_t ttl, const std::string& data) {
  return two(0xc00c) + two(type) + two(1) + four(ttl) + two(data.size()) + data;
}

std::string soa(std::size_t ttl, std::size_t minimum) {
  return record(6, ttl, std::string(2, '\0') + four(1) + four(2) + four(3) + four(4) + four(minimum));
}

std::string message(const std::vector<std::string>& answers, const std::vector<std::string>& authorities) {
  std::string octets = two(7) + two(0x8180) + two(1) + two(answers.size()) + two(authorities.size()) + two(0);
  octets += std::string("\1x\4test\0", 8) + two(16) + two(1);
  for (const auto& one : answers) octets += one;
  for (const auto& one : authorities) octets += one;
  return octets;
}

TEST(LifeOf, Messages) {
  struct Case {
    const char* what;
    std::vector<std::string> answers, authorities;
    int seconds;
  };
  const std::vector<Case> cases{
      {"one", {record(16, 300, "\1a")}, {}, 300},
      {"the least counts", {record(16, 300, "\1a"), record(16, 20, "\1b")}, {soa(5, 5)}, 20},
      {"an alias too", {record(5, 10, two(0xc00c)), record(16, 300, "\1a")}, {}, 10},
      {"an alias to nothing", {record(5, 100, two(0xc00c))}, {soa(50, 60)}, 50},
      {"an alias to nothing, that ends sooner", {record(5, 10, two(0xc00c))}, {soa(50, 60)}, 10},
      {"an alias by a DNAME to nothing",
       {record(39, 100, two(0xc00c)), record(5, 100, two(0xc00c))},
       {soa(50, 60)},
       50},
      {"the same, and no word of it", {record(39, 100, two(0xc00c)), record(5, 100, two(0xc00c))}, {}, 0},
      {"nothing, the SOA's own TTL", {}, {soa(50, 60)}, 50},
      {"nothing, its minimum", {}, {record(2, 1, two(0xc00c)), soa(70, 60)}, 60},
      {"nothing, and no word of it", {}, {record(2, 100, two(0xc00c))}, 0},
      {"an SOA that is none", {}, {record(6, 100, "short")}, 0},
      {"the highest bit is set (RFC 2181 section 8)", {record(16, 0x80000000, "\1a")}, {}, 0},
      {"of this moment only", {record(16, 0, "\1a")}, {}, 0},
  };
  for (const auto& [what, answers, authorities, seconds] : cases)
    EXPECT_EQ(life_of(message(answers, authorities)).count(), seconds) << what;
}

TEST(LifeOf, AnyPrefixIsBrokenAndNothingWorse) {
  const auto whole = message({record(5, 10, two(0xc00c))}, {soa(50, 60)});
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
    EXPECT_EQ(life_of(std::string_view(whole).substr(0, bytes)).count(), 0) << bytes;
}

}  // namespace
}  // namespace paraph::dns::cares
