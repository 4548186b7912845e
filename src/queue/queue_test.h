#pragma once
#include <gmock/gmock.h>

#include "queue/testing.h"

namespace paraph::queue {

/// A queue with its world, alice at home. Nothing may be wrong with the store at the end. For tests only.
struct QueueTest : testing::Test, QueueWorld {
  explicit QueueTest(Options with = {}) : QueueWorld(nullptr, std::move(with)) { make_accounts(); }
  ~QueueTest() override { EXPECT_THAT(findings(), testing::IsEmpty()); }

  /// Does something to an item as soon as its try began.
  Task<void> act_during_try(record::ItemId id, service::QueueItems::Act act) {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!relay.running()) co_await boost::asio::post(executor, use_task);
    const auto acted = co_await items.apply(id, act);
    EXPECT_TRUE(acted && *acted);
  }
  /// So many turns of the loop after the next delivery.
  Task<void> send_after(std::size_t turns) {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (const auto before = relay.calls.size(); relay.calls.size() == before;)
      co_await boost::asio::post(executor, use_task);
    for (; turns != 0; --turns) co_await boost::asio::post(executor, use_task);
    auto made = co_await receive(std::string(kReturnPath) + kHello);
    auto prepared = service::ok(std::move(made));
    const mail::Address from{"alice", "example.org"};
    const auto to = recipients_of({"carol@example.net"}, std::nullopt);
    const auto done_so = co_await send_message(prepared, to, from, mail::MailOptions());
    EXPECT_TRUE(done_so.has_value());
  }
  void run_beside(Task<void> other) {
    boost::asio::io_context loop{1};
    boost::asio::co_spawn(loop, std::move(other), [](std::exception_ptr e) { EXPECT_TRUE(e == nullptr); });
    boost::asio::co_spawn(loop, queue->run_due(), [](std::exception_ptr e) { EXPECT_TRUE(e == nullptr); });
    loop.run();
  }
};

}  // namespace paraph::queue
