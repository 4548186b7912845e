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

TEST(Twin, TooManyRecords) {
  memory::MemoryResolver table;
  for (std::size_t i = 0; i <= kRecordsMax; ++i) table.add_txt("a.test", "x");
  EXPECT_EQ(run(table.txt("a.test")).error().code, Code::TooLarge);
}

}  // namespace
}  // namespace paraph::dns
