#include "dns/cares/cares_resolver.h"
#include "dns_contract.h"
#include "validating_server.h"

namespace paraph::dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint16_t kA = 1, kMx = 15, kTlsa = 52;
const std::string kAddress("\xc0\0\2\1", 4);
const std::string kExchange("\0\x0a\2mx\6secure\4test\0", 18);
const std::string kRecord = "\3\1\1digest";

std::multimap<std::string, ValidatingServer::Record> table() {
  return {{"secure.test", {kMx, kExchange}},
          {"mx.secure.test", {kA, kAddress}},
          {"_25._tcp.mx.secure.test", {kTlsa, kRecord}},
          {"plain.test", {kMx, kExchange, false}},
          {"mx.plain.test", {kA, kAddress, false}},
          {"_25._tcp.mx.plain.test", {kTlsa, kRecord}},
          {"forged.test", {kA, kAddress}},
          {"_25._tcp.forged.test", {kTlsa, kRecord, true, true}},
          {"odd.test", {kA, kAddress}},
          {"_25._tcp.odd.test", {kTlsa, kRecord, false}},
          {"none.test", {kA, kAddress}}};
}

class Dnssec : public testing::Test {
 protected:
  ValidatingServer server_{table()};
  cares::CaresResolver trusting_{{.servers = {server_.server()}, .trust_ad = true}};
  cares::CaresResolver other_{{.servers = {server_.server()}}};
};

TEST_F(Dnssec, ExchangesThatWereValidated) {
  EXPECT_THAT(run(trusting_.mx("secure.test")).value(), ElementsAre(Mx{10, "mx.secure.test", true}));
  EXPECT_THAT(run(trusting_.mx("plain.test")).value(), ElementsAre(Mx{10, "mx.secure.test", false}));
  EXPECT_THAT(run(other_.mx("secure.test")).value(), ElementsAre(Mx{10, "mx.secure.test", false}));
}

TEST_F(Dnssec, Tlsa) {
  EXPECT_THAT(run(trusting_.tlsa("MX.secure.test.", 25)).value(), ElementsAre(Tlsa{3, 1, 1, "digest"}));
  EXPECT_THAT(run(trusting_.tlsa("mx.secure.test", 26)).value(), IsEmpty());
  EXPECT_THAT(run(trusting_.tlsa("none.test", 25)).value(), IsEmpty());
  EXPECT_THAT(run(trusting_.tlsa("mx.plain.test", 25)).value(), IsEmpty());
  EXPECT_THAT(run(trusting_.tlsa("odd.test", 25)).value(), IsEmpty());
  EXPECT_THAT(run(other_.tlsa("mx.secure.test", 25)).value(), IsEmpty());
  EXPECT_EQ(outcome(run(trusting_.tlsa("gone.test", 25))), "not found");
}

TEST_F(Dnssec, WhatIsForgedIsAFailure) { EXPECT_EQ(outcome(run(trusting_.tlsa("forged.test", 25))), "unavailable"); }

TEST_F(Dnssec, TheOtherQuestionsAreAsBefore) {
  EXPECT_EQ(outcome(run(trusting_.mx("gone.test"))), "not found");
  EXPECT_THAT(run(trusting_.mx("none.test")).value(), IsEmpty());
  EXPECT_THAT(run(trusting_.addresses("none.test")).value(), ElementsAre(v4(192, 0, 2, 1)));
}

}  // namespace
}  // namespace paraph::dns
