#include "service/queue_items.h"

#include <gmock/gmock.h>

#include "record/keys.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Act = QueueItems::Act;

/// Items without messages: their rows alone.
struct QueueItemsTest : testing::Test {
  record::ItemId put(std::uint64_t number, std::string destination = "example.net") {
    record::Queued item{.destination = std::move(destination),
                        .message = MessageId{number},
                        .arrived = clock.now(),
                        .due = clock.now(),
                        .message_id = "<" + std::to_string(number) + "@example.org>"};
    item.recipients.push_back({.recipient = {{"carol", item.destination}}});
    store::Batch batch;
    add_item(batch, {number}, item);
    done(memory.commit(std::move(batch)));
    return {number};
  }
  bool apply(record::ItemId id, Act act) { return done(items.apply(id, act)); }
  std::vector<std::string> keys(std::string prefix) {
    std::vector<std::string> found;
    for (auto& row : done(memory.scan(record::all_with(std::move(prefix))))) found.push_back(std::move(row.key));
    return found;
  }
  std::uint64_t now() const { return queue_seconds(clock.now()); }

  store::memory::MemoryStore memory;
  crypto::SeededRandom random{1};
  FakeClock clock{kTestTime};
  std::uint64_t trying = 0;
  std::vector<std::string> asked;
  QueueItems items{memory,
                   random,
                   clock,
                   {.asked = [this](const std::string& destination) { asked.push_back(destination); },
                    .trying = [this](const ItemRow& item) { return item.id.value == trying; }}};
};

TEST_F(QueueItemsTest, AreListedByDestinationPageByPage) {
  put(1, "b.example");
  put(2, "a.example");
  put(3, "a.example");
  const auto first = done(items.list("", "", 2));
  ASSERT_THAT(first.items, SizeIs(2));
  EXPECT_EQ(first.items[0].id.value, 2u);
  const auto second = done(items.list("", first.after, 2));
  ASSERT_THAT(second.items, SizeIs(1));
  EXPECT_EQ(second.items[0].id.value, 1u);
  EXPECT_EQ(second.after, "");
  EXPECT_THAT(done(items.list("b.example", "", 10)).items, SizeIs(1));
}

TEST_F(QueueItemsTest, AHeldOneWaitsForEverAndAReleasedOneIsTriedAtOnce) {
  const auto id = put(1);
  clock.advance(std::chrono::minutes(2));
  EXPECT_TRUE(apply(id, Act::Hold));
  EXPECT_FALSE(apply(id, Act::Hold));
  EXPECT_FALSE(apply(id, Act::Retry));
  EXPECT_THAT(keys("w"), ElementsAre(record::waiting_key("example.net", record::kNever, 1)));
  EXPECT_TRUE(apply(id, Act::Release));
  EXPECT_FALSE(apply(id, Act::Release));
  EXPECT_THAT(asked, ElementsAre("example.net"));
  EXPECT_THAT(keys("w"), ElementsAre(record::waiting_key("example.net", now(), 1)));
  EXPECT_THAT(keys("d"), ElementsAre(record::bell_key(0, "example.net")));
}

TEST_F(QueueItemsTest, OneThatIsBeingTriedIsShownSo) {
  put(1);
  trying = put(2).value;
  const auto listed = done(items.list("", "", 10)).items;
  ASSERT_THAT(listed, SizeIs(2));
  EXPECT_FALSE(listed[0].trying);
  EXPECT_TRUE(listed[1].trying);
  EXPECT_TRUE(done(items.find({2})).trying);
  EXPECT_TRUE(done(items.of_message("2@example.org")).at(0).trying);
}

TEST_F(QueueItemsTest, ABellIsExactForWhatIsNew) {
  const auto id = put(1);
  const auto row = done(items.find(id));
  for (const auto& [delay, rings] : {std::pair(7u, now() + 7), std::pair(130u, (now() + 130 + 59) / 60 * 60)}) {
    auto later = row.item;
    later.due = clock.now() + std::chrono::seconds(delay);
    EXPECT_EQ(bell_due(later), rings) << delay;
  }
}

TEST_F(QueueItemsTest, ARetryIsNow) {
  const auto id = put(1);
  EXPECT_FALSE(apply(id, Act::Retry)) << "it is due";
  const auto row = done(items.find(id));
  auto later = row.item;
  later.due = clock.now() + std::chrono::seconds(150);
  store::Batch batch;
  UseEdits uses;
  change_item(batch, uses, row, later, clock.now(), "12345678");
  done(memory.commit(std::move(batch)));
  EXPECT_THAT(keys("d"), ElementsAre(record::bell_key(0, "example.net"),
                                     record::bell_key((now() + 150 + 59) / 60 * 60, "example.net")));
  EXPECT_TRUE(apply(id, Act::Retry));
  EXPECT_THAT(keys("w"), ElementsAre(record::waiting_key("example.net", now(), 1)));
}

TEST_F(QueueItemsTest, ADroppedOneEndsAndIsForgottenADayLater) {
  const auto id = put(1);
  EXPECT_TRUE(apply(id, Act::Drop));
  EXPECT_FALSE(apply(id, Act::Drop));
  EXPECT_THAT(keys("w"), IsEmpty());
  const auto found = done(load_items_of(memory, "1@example.org"));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].item.recipients[0].state, record::QueuedRecipient::State::Dropped);
  clock.advance(kEndedKeptFor - std::chrono::seconds(1));
  EXPECT_EQ(done(items.forget_ended(10)), 0u);
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(done(items.forget_ended(10)), 1u);
  for (const auto* family : {"Q", "t", "x", "w"}) EXPECT_THAT(keys(family), IsEmpty()) << family;
  EXPECT_EQ(code_of(items.find(id)), Code::NotFound);
}

}  // namespace
}  // namespace paraph::service
