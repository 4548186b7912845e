#include "service/refusals.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "record/keys.h"
#include "service/check.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using enum record::LeftOut;
using testing::ElementsAre;

struct RefusalsTest : testing::Test, World {
  record::LeftOut found(const char* domain) { return done(refusals.find(domain)); }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& row : done(refusals.list())) all.push_back(row.domain + ": " + name_of(row.refusal.left_out));
    return all;
  }
  std::size_t rows() { return done(store.scan(record::all_with(record::refusals_prefix()))).size(); }
  Refusals refusals{store, clock};
};

TEST_F(RefusalsTest, AreRememberedForThirtyDays) {
  EXPECT_EQ(found("a.example"), Nothing);
  done(refusals.note("a.example", Voice, "554 5.6.1 no audio"));
  clock.advance(std::chrono::hours(24 * 30 - 1));
  EXPECT_EQ(found("a.example"), Voice);
  EXPECT_EQ(found("b.example"), Nothing);
  EXPECT_EQ(done(refusals.list()).front().refusal.reply, "554 5.6.1 no audio");
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(found("a.example"), Nothing);
  EXPECT_THAT(names(), ElementsAre());
  done(refusals.note("a.example", Voice, ""));
  EXPECT_EQ(found("a.example"), Voice) << "what is over does not count";
}

TEST_F(RefusalsTest, MoreIsLearntAndLessIsNot) {
  done(refusals.note("a.example", Media, "one"));
  done(refusals.note("a.example", Voice, "two"));
  EXPECT_EQ(found("a.example"), Media);
  done(refusals.note("a.example", Signature, "three"));
  EXPECT_EQ(found("a.example"), Signature);
}

TEST_F(RefusalsTest, CanBeForgotten) {
  done(refusals.note("a.example", Voice, "one"));
  done(refusals.note("b.example", Media, "one"));
  EXPECT_THAT(names(), ElementsAre("a.example: voice", "b.example: voice, picture, HTML"));
  done(refusals.forget("A.example"));
  EXPECT_THAT(names(), ElementsAre("b.example: voice, picture, HTML"));
  EXPECT_EQ(code_of(refusals.forget("a.example")), Code::NotFound);
}

TEST_F(RefusalsTest, ThereAreNeverTooMany) {
  for (std::size_t i = 0; i < Refusals::kRefusalsMax; ++i) {
    done(refusals.note(fmt::format("{}.example", i), Voice, ""));
    clock.advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(rows(), Refusals::kRefusalsMax);
  done(refusals.note("new.example", Voice, ""));
  EXPECT_EQ(rows(), Refusals::kRefusalsMax);
  EXPECT_EQ(found("0.example"), Nothing) << "its time would have been over first";
  EXPECT_EQ(found("1.example"), Voice);
  EXPECT_EQ(found("new.example"), Voice);
  clock.advance(std::chrono::hours(24 * 40));
  done(refusals.note("later.example", Voice, ""));
  EXPECT_EQ(rows(), 1u);
}

TEST_F(RefusalsTest, CheckReadsThem) {
  done(refusals.note("a.example", Voice, ""));
  std::vector<std::string> found;
  const auto tell = [&](const Finding& finding) { found.push_back(finding.name); };
  done(check_store(store, Repair::No, tell));
  EXPECT_THAT(found, ElementsAre());
  store::Batch batch;
  batch.writes.push_back({record::refusal_key("a.example"), "\xFF"});
  done(store.commit(std::move(batch)));
  done(check_store(store, Repair::No, tell));
  EXPECT_THAT(found, ElementsAre("record.unreadable"));
  EXPECT_EQ(done(refusals.find("a.example")), record::LeftOut::Nothing) << "and no mail waits for it";
  EXPECT_THAT(done(refusals.list()), ElementsAre());
}

}  // namespace
}  // namespace paraph::service
