#include "dns/memory/memory_resolver.h"
#include "dns_contract.h"

namespace paraph::dns {
namespace {

using testing::ElementsAre;

Task<Result<void>> fail_for_mx(std::string question, std::chrono::milliseconds) {
  if (question.starts_with("MX ")) co_return fail(Code::Unavailable, "the server fails");
  co_return Result<void>();
}

TEST(Twin, CountsQuestionsAndFailsOnDemand) {
  memory::MemoryResolver table(&fail_for_mx);
  table.add_txt("a.b.test", "x");
  table.add_mx("a.b.test", {0, ""});
  EXPECT_EQ(outcome(run(table.txt("A.b.test."))), "found");
  EXPECT_EQ(outcome(run(table.mx("a.b.test"))), "unavailable");
  EXPECT_EQ(outcome(run(table.addresses("..", Family::V4))), "bad input");
  EXPECT_EQ(outcome(run(table.addresses("b.test", Family::V4))), "found");  // exists, as a name above one that does
  EXPECT_THAT(table.questions(), ElementsAre("TXT a.b.test", "MX a.b.test", "A b.test"));
}

TEST(Twin, TlsaOfASecureHostOnly) {
  memory::MemoryResolver table;
  for (const char* host : {"secure.test", "plain.test"}) {
    table.add_address(host, v4(192, 0, 2, 1));
    table.add_tlsa(host, 25, {3, 1, 1, "digest"});
  }
  table.add_mx("secure.test", {10, "secure.test"});
  table.set_secure("secure.test");
  EXPECT_THAT(run(table.tlsa("secure.test", 25)).value(), ElementsAre(Tlsa{3, 1, 1, "digest"}));
  EXPECT_THAT(run(table.tlsa("secure.test", 26)).value(), testing::IsEmpty());
  EXPECT_THAT(run(table.tlsa("plain.test", 25)).value(), testing::IsEmpty());
  EXPECT_EQ(outcome(run(table.tlsa("gone.test", 25))), "not found");
  EXPECT_THAT(run(table.mx("secure.test")).value(), ElementsAre(Mx{10, "secure.test", true}));
  EXPECT_THAT(table.questions(), testing::Contains("TLSA _25._tcp.secure.test"));
  EXPECT_THAT(table.questions(), testing::Not(testing::Contains("TLSA _25._tcp.plain.test")));
}

TEST(Twin, TooManyRecords) {
  memory::MemoryResolver table;
  for (std::size_t i = 0; i <= kRecordsMax; ++i) table.add_txt("a.test", "x");
  EXPECT_EQ(run(table.txt("a.test")).error().code, Code::TooLarge);
}

}  // namespace
}  // namespace paraph::dns
