#include <atomic>

#include "dns_contract.h"

namespace paraph::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class DnsContract : public testing::TestWithParam<EngineName> {
 protected:
  Result<std::vector<std::string>> txt(std::string name) { return run(resolver().txt(std::move(name))); }
  Result<std::vector<Mx>> mx(std::string name) { return run(resolver().mx(std::move(name))); }
  Result<std::vector<Address>> addresses(std::string name, Family family = Family::Both) {
    return run(resolver().addresses(std::move(name), family));
  }
  Resolver& resolver() { return engine_->resolver(); }

  std::unique_ptr<Engine> engine_ = GetParam().make();
};
INSTANTIATE_TEST_SUITE_P(Contract, DnsContract, testing::ValuesIn(engines()),
                         [](const auto& info) { return info.param.name; });

TEST_P(DnsContract, Texts) {
  EXPECT_THAT(txt("example.com").value(), ElementsAre("v=spf1 ip4:127.0.0.1 -all"));
  EXPECT_THAT(txt("two.example.com").value(), UnorderedElementsAre("one", "two"));
}

TEST_P(DnsContract, TheStringsOfOneTextAreJoined) {
  EXPECT_THAT(txt("key._domainkey.example.com").value(), ElementsAre("v=DKIM1; p=abcdef"));
}

TEST_P(DnsContract, ALongTextComesWhole) { EXPECT_THAT(txt("long.example.com").value(), ElementsAre(kLongText)); }

TEST_P(DnsContract, FiftyTexts) {
  const auto texts = txt("many.example.com").value();
  EXPECT_THAT(texts, SizeIs(50));
  EXPECT_THAT(texts, testing::Contains("record 49"));
}

TEST_P(DnsContract, NamesInAnyCaseWithOrWithoutTheLastDot) {
  for (const char* name : {"EXAMPLE.com", "example.com.", "Example.Com."})
    EXPECT_THAT(txt(name).value(), SizeIs(1)) << name;
}

TEST_P(DnsContract, ExchangesByPreference) {
  EXPECT_THAT(mx("example.com").value(), ElementsAre(Mx{10, "mx1.example.com"}, Mx{20, "mx2.example.com"}));
}

TEST_P(DnsContract, NobodyVouchesWithoutDnssec) {
  for (const auto& exchange : mx("example.com").value()) EXPECT_FALSE(exchange.secure);
  EXPECT_THAT(run(resolver().tlsa("host.example.com", 25)).value(), IsEmpty());
}

TEST_P(DnsContract, NullMxIsSeen) { EXPECT_THAT(mx("null.example.com").value(), ElementsAre(Mx{0, ""})); }

TEST_P(DnsContract, AddressesOfEitherFamily) {
  EXPECT_THAT(addresses("host.example.com").value(), UnorderedElementsAre(v4(192, 0, 2, 1), v6(1)));
  EXPECT_THAT(addresses("host.example.com", Family::V4).value(), ElementsAre(v4(192, 0, 2, 1)));
  EXPECT_THAT(addresses("host.example.com", Family::V6).value(), ElementsAre(v6(1)));
  EXPECT_THAT(addresses("old.example.com").value(), ElementsAre(v4(192, 0, 2, 2)));
}

TEST_P(DnsContract, AliasesAreFollowed) {
  EXPECT_THAT(addresses("alias.example.com").value(), UnorderedElementsAre(v4(192, 0, 2, 1), v6(1)));
}

TEST_P(DnsContract, NamesOfAnAddress) {
  EXPECT_THAT(run(resolver().ptr(v4(192, 0, 2, 1))).value(), ElementsAre("host.example.com"));
  EXPECT_THAT(run(resolver().ptr(v6(1))).value(), ElementsAre("host.example.com"));
  EXPECT_EQ(outcome(run(resolver().ptr(v4(192, 0, 2, 9)))), "not found");
}

TEST_P(DnsContract, ANameWithoutTheRecordIsAnEmptyList) {
  EXPECT_THAT(txt("host.example.com").value(), IsEmpty());
  EXPECT_THAT(mx("host.example.com").value(), IsEmpty());
  EXPECT_THAT(addresses("two.example.com").value(), IsEmpty());
  EXPECT_THAT(addresses("old.example.com", Family::V6).value(), IsEmpty());
}

TEST_P(DnsContract, ANameThatDoesNotExist) {
  EXPECT_EQ(outcome(txt("nothing.example.com")), "not found");
  EXPECT_EQ(outcome(mx("nothing.example.com")), "not found");
  EXPECT_EQ(outcome(addresses("nothing.example.com")), "not found");
}

TEST_P(DnsContract, HostileNamesAreNotAsked) {
  const std::string table[] = {"",
                               ".",
                               "..",
                               "a..b",
                               std::string(64, 'a') + ".com",
                               std::string("a\0.com", 6),
                               "a b.com",
                               "a\\046b.com",
                               std::string(300, 'a'),
                               std::string(200, '.') + "com"};
  for (const auto& name : table) {
    EXPECT_EQ(outcome(txt(name)), "bad input") << name;
    EXPECT_EQ(outcome(mx(name)), "bad input") << name;
    EXPECT_EQ(outcome(addresses(name)), "bad input") << name;
  }
}

TEST_P(DnsContract, NoTimeLeftIsUnavailable) {
  EXPECT_EQ(outcome(run(resolver().txt("example.com", 0ms))), "unavailable");
  EXPECT_EQ(outcome(run(resolver().mx("example.com", -5ms))), "unavailable");
}

Task<void> look(Resolver& resolver, int number, std::atomic<int>& good) {
  if (number % 2) {
    const auto texts = co_await resolver.txt("many.example.com");
    good += texts && texts->size() == 50;
  } else {
    const auto found = co_await resolver.addresses("host.example.com");
    good += found && found->size() == 2;
  }
}

TEST_P(DnsContract, TwoHundredAtOnceFromTwoLoops) {
  std::atomic<int> good = 0;
  run_at_once(200, 2, [&](int number) { return look(resolver(), number, good); });
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace paraph::dns
