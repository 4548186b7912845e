#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "world.h"

namespace paraph::transcripts {
namespace {

using std::chrono::seconds;

/// A client of mx whose connection holds little, so that whatever it does not read makes the server wait.
class SlowReader {
 public:
  explicit SlowReader(World& world) : world_(world) {
    auto ends = net::memory::make_pair(world.context.get_executor(), {.pipe_bytes_max = 64});
    server_ = ends.first.get();
    client_ = std::move(ends.second);
    world.serve("mx", std::move(ends.first));
    world.run();
  }
  ~SlowReader() {
    client_->close();
    world_.run();
  }

  void send(std::string octets) { start(write(std::move(octets))); }
  /// Takes at most so many octets.
  void take(std::size_t bytes) { start(read(bytes)); }
  /// For the server and its clock. Not after the session has ended.
  void pass(seconds time) {
    world_.clock.advance(time);
    server_->pass(time);
    world_.run();
  }
  bool ended() const { return world_.gate.running() == 0; }
  /// What was taken since forget().
  const std::string& taken() const { return taken_; }
  void forget() { taken_.clear(); }

 private:
  void start(Task<void> task) {
    boost::asio::co_spawn(world_.context, std::move(task), boost::asio::detached);
    world_.run();
  }
  Task<void> write(std::string octets) try { co_await client_->write(octets); } catch (const net::PeerGone&) {
    co_return;
  }
  Task<void> read(std::size_t bytes) {
    std::array<char, 4096> room;
    const std::span<char> into(room.data(), std::min(bytes, room.size()));
    const auto got = co_await client_->read_some(into);
    taken_.append(room.data(), got);
  }

  World& world_;
  std::unique_ptr<net::memory::MemoryStream> client_;
  net::memory::MemoryStream* server_ = nullptr;
  std::string taken_;
};

TEST(SlowReader, WhoTakesNothingIsCutOff) {
  World world({});
  SlowReader reader(world);
  reader.send("EHLO c\r\n");
  reader.pass(seconds(119));
  EXPECT_FALSE(reader.ended());
  reader.pass(seconds(2));
  reader.pass(seconds(3));  // for the last words
  EXPECT_TRUE(reader.ended());
}

/// A little now and then does not make the wait longer: a reply has one deadline.
TEST(SlowReader, WhoTakesLittleIsCutOff) {
  World world({});
  SlowReader reader(world);
  reader.send("EHLO c\r\n");
  for (int i = 0; i < 4; ++i) {
    reader.take(8);
    reader.pass(seconds(29));
  }
  EXPECT_FALSE(reader.ended());
  reader.take(8);
  reader.pass(seconds(5));
  reader.take(8);
  reader.pass(seconds(3));
  EXPECT_TRUE(reader.ended());
}

/// Each reply is taken, but late: what ends is the hour.
TEST(SlowReader, WhoTakesEverythingLateIsCutOffInTheEnd) {
  World world({});
  SlowReader reader(world);
  seconds total{0};
  reader.take(4096);
  while (!reader.ended() && total < seconds(7200)) {
    // Too many octets to be gone before they are read: the server waits to write them.
    reader.forget();
    reader.send("EHLO c\r\n");
    reader.pass(seconds(110));
    total += seconds(110);
    for (int i = 0; i < 20 && !reader.taken().ends_with("250 HELP\r\n") && !reader.ended(); ++i) reader.take(64);
  }
  EXPECT_TRUE(reader.ended());
  EXPECT_GT(total, seconds(3500));
  EXPECT_LT(total, seconds(3800));
}

}  // namespace
}  // namespace paraph::transcripts
