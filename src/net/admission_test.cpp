#include "net/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace paraph::net {
namespace {

Endpoint at(std::string_view text) { return parse_endpoint(text).value(); }

TEST(Admission, InAll) {
  Admission admission({.connections_max = 2, .connections_per_peer_max = 2});
  const auto a = admission.admit(at("192.0.2.1:1"));
  auto b = admission.admit(at("192.0.2.2:1"));
  EXPECT_TRUE(a);
  EXPECT_TRUE(b);
  EXPECT_FALSE(admission.admit(at("192.0.2.3:1")));
  b = {};
  EXPECT_TRUE(admission.admit(at("192.0.2.3:1"))) << "a place was given back";
  EXPECT_EQ(admission.connections(), 1u);
}

TEST(Admission, FromOnePeer) {
  Admission admission({.connections_max = 10, .connections_per_peer_max = 1});
  const auto first = admission.admit(at("192.0.2.1:1"));
  EXPECT_FALSE(admission.admit(at("192.0.2.1:2")));
  EXPECT_TRUE(admission.admit(at("192.0.2.2:1")));
}

TEST(Admission, LoopbackIsCountedInAllOnly) {
  Admission admission({.connections_max = 3, .connections_per_peer_max = 1});
  std::vector<Admission::Ticket> tickets;
  for (int i = 0; i < 3; ++i) tickets.push_back(admission.admit(at("127.0.0.1:1")));
  for (const auto& ticket : tickets) EXPECT_TRUE(ticket);
  EXPECT_FALSE(admission.admit(at("127.0.0.1:1")));
}

TEST(Admission, NobodyAtAll) {
  Admission none({.connections_max = 10, .connections_per_peer_max = 0});
  EXPECT_FALSE(none.admit(at("192.0.2.1:1")));
  EXPECT_EQ(none.connections(), 0u);
}

TEST(Admission, OnlySoManyAreTurnedAwayAtOnce) {
  Admission admission({.connections_max = 0});
  std::vector<Admission::Ticket> tickets;
  for (std::size_t i = 0; i < kTurnedAwayMax; ++i) tickets.push_back(admission.turn_away(at("192.0.2.1:1")));
  EXPECT_FALSE(admission.turn_away(at("192.0.2.1:1")));
  tickets.pop_back();
  EXPECT_TRUE(admission.turn_away(at("192.0.2.1:1")));
}

}  // namespace
}  // namespace paraph::net
