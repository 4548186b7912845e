// What is peculiar to the twin; what every stream promises is in ../asio/stream_contract_test.cpp.
#include "net/memory/memory_stream.h"

#include <gtest/gtest.h>

#include "net/testing.h"

namespace paraph::net::memory {
namespace {

class MemoryTest : public ::testing::Test {
 protected:
  void connect(Options options) { std::tie(server_, client_) = make_pair(context_.get_executor(), std::move(options)); }
  boost::asio::io_context context_{1};
  std::unique_ptr<MemoryStream> server_, client_;
};

Task<std::size_t> read_up_to(Stream& stream, std::size_t octets) {
  std::string into(octets, '\0');
  const std::size_t got = co_await stream.read_some(into);
  co_return got;
}

Task<void> write_it(Stream& stream, std::string octets) { co_await stream.write(octets); }

TEST_F(MemoryTest, ReadsAreAsSmallAsAskedFor) {
  connect({.read_bytes_max = 3});
  run_task(context_, write_it(*client_, "12345"));
  EXPECT_EQ(run_task(context_, read_up_to(*server_, 100)), 3u);
  EXPECT_EQ(run_task(context_, read_up_to(*server_, 100)), 2u);
}

TEST_F(MemoryTest, NamesThePeerItWasGiven) {
  const Endpoint loopback = parse_endpoint("127.0.0.1:4000").value();
  connect({.peer = loopback});
  EXPECT_TRUE(server_->loopback());
  EXPECT_EQ(client_->local(), loopback);
  EXPECT_FALSE(client_->loopback());
}

Task<void> secure(Stream& stream) {
  const auto done = co_await stream.start_tls(tls_context());
  EXPECT_TRUE(done);
}

TEST_F(MemoryTest, BindsToWhatItWasGiven) {
  connect({.binding = {.tls_exporter = "e"}});
  EXPECT_FALSE(server_->channel_binding().any());
  boost::asio::co_spawn(context_, secure(*client_), [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  run_task(context_, secure(*server_));
  EXPECT_EQ(server_->channel_binding().tls_exporter, "e");
}

TEST_F(MemoryTest, ReadingOnAfterTheOtherSideBeganTlsIsAnError) {
  connect({});
  boost::asio::co_spawn(context_, secure(*client_), [](const std::exception_ptr& error) { EXPECT_TRUE(error); });
  context_.poll();
  run_task(context_, write_it(*client_, "hello"));
  EXPECT_THROW(run_task(context_, read_up_to(*server_, 10)), PeerGone);
  server_->close();
  context_.poll();
}

TEST_F(MemoryTest, OneEndMayGoFirst) {
  connect({});
  run_task(context_, write_it(*client_, "bye"));
  client_.reset();
  EXPECT_EQ(run_task(context_, read_up_to(*server_, 10)), 3u);
  EXPECT_EQ(run_task(context_, read_up_to(*server_, 10)), 0u);
  EXPECT_THROW(run_task(context_, write_it(*server_, "x")), PeerGone);
}

}  // namespace
}  // namespace paraph::net::memory
