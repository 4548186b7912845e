// What every Stream promises, over each of them: memory, TCP, TCP under TLS, Unix sockets.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "net/asio/connect.h"
#include "net/asio/listen.h"
#include "net/asio/testing.h"
#include "net/asio/tls.h"
#include "net/gate.h"
#include "net/memory/memory_stream.h"
#include "net/output.h"
#include "net/testing.h"

namespace paraph::net {
namespace {

using Owned = std::unique_ptr<Stream>;

Task<void> keep(Owned stream, Owned& where) {
  where = std::move(stream);
  co_return;
}

Task<void> connect_into(Executor loop, Endpoint where, Owned& client) {
  auto opened = co_await asio::connect(loop, where, std::chrono::seconds(5));
  client = std::move(opened).value();
}

Task<void> connect_local_into(Executor loop, std::string path, Owned& client) {
  auto opened = co_await asio::connect_local(loop, path, std::chrono::seconds(5));
  client = std::move(opened).value();
}

Task<void> secure(Stream& stream, std::shared_ptr<const TlsContext> context) {
  const auto done = co_await stream.start_tls(context);
  EXPECT_TRUE(done) << done.error().text;
}

/// Made once: a client's reads all authorities of the system.
struct Contexts {
  asio::TestCertificate made = asio::make_certificate();
  std::shared_ptr<const TlsContext> server = asio::server_tls(made.certificate_pem, made.key_pem).value();
  std::shared_ptr<const TlsContext> client =
      asio::client_tls({.server_name = "127.0.0.1", .ca_pem = made.certificate_pem}).value();

  static const Contexts& get() {
    static const Contexts contexts;
    return contexts;
  }
};

/// Two connected streams on one event loop.
struct Wire {
  boost::asio::io_context context{1};
  Gate gate;
  Admission admission{{}};
  std::unique_ptr<Listener> listener;
  Owned server, client;

  ~Wire() {
    server.reset();
    client.reset();
    listener.reset();
    context.restart();
    context.poll();
  }
  void both(Task<void> one, Task<void> other) {
    spawn(gate, context.get_executor(), "one", std::move(one));
    run_task(context, std::move(other));
    context.restart();
    while (gate.running() > (listener ? 1u : 0u)) PARAPH_ASSERT(context.run_one_for(std::chrono::seconds(20)) == 1);
  }
  Executor loop() { return context.get_executor(); }
  Service service() {
    return {.name = "test", .serve = [this](Owned stream) { return keep(std::move(stream), server); }, .refuse = {}};
  }
  void await_server() {
    while (!server) PARAPH_ASSERT(context.run_one_for(std::chrono::seconds(20)) == 1);
  }
};

struct Memory : Wire {
  Memory() {
    auto [a, b] = memory::make_pair(context.get_executor());
    server = std::move(a);
    client = std::move(b);
    server_tls = client_tls = memory::tls_context();
  }
  std::shared_ptr<const TlsContext> server_tls, client_tls;
  static void pass(Stream& stream, Duration time) { dynamic_cast<memory::MemoryStream&>(stream).pass(time); }
};

/// The same, every octet in a read of its own.
struct MemoryCut : Wire {
  MemoryCut() {
    auto [a, b] = memory::make_pair(context.get_executor(), {.read_bytes_max = 1, .pipe_bytes_max = 64});
    server = std::move(a);
    client = std::move(b);
    server_tls = client_tls = memory::tls_context();
  }
  std::shared_ptr<const TlsContext> server_tls, client_tls;
  static void pass(Stream& stream, Duration time) { dynamic_cast<memory::MemoryStream&>(stream).pass(time); }
};

struct Tcp : Wire {
  Tcp() {
    const Endpoint any{.octets = {127, 0, 0, 1}};
    listener = asio::listen(loop(), any, service(), gate, admission).value();
    run_task(context, connect_into(loop(), listener->endpoint(), client));
    await_server();
    server_tls = Contexts::get().server;
    client_tls = Contexts::get().client;
  }
  std::shared_ptr<const TlsContext> server_tls, client_tls;
  static void pass(Stream&, Duration) {}
};

struct Tls : Tcp {
  Tls() { both(secure(*server, server_tls), secure(*client, client_tls)); }
};

struct Local : Wire {
  Local() : path("paraph-stream-test." + std::to_string(::getpid())) {
    listener = asio::listen_local(loop(), path, service(), gate, admission).value();
    run_task(context, connect_local_into(loop(), path, client));
    await_server();
    server_tls = Contexts::get().server;
    client_tls = Contexts::get().client;
  }
  std::string path;
  std::shared_ptr<const TlsContext> server_tls, client_tls;
  static void pass(Stream&, Duration) {}
};

template <class World>
class StreamContract : public ::testing::Test {
 protected:
  World world_;
  Stream& server_ = *world_.server;
  Stream& client_ = *world_.client;
};

struct Names {
  template <class World>
  static std::string GetName(int) {
    if (std::is_same_v<World, Memory>) return "Memory";
    if (std::is_same_v<World, MemoryCut>) return "MemoryCut";
    if (std::is_same_v<World, Tcp>) return "Tcp";
    return std::is_same_v<World, Tls> ? "Tls" : "Local";
  }
};
using Worlds = ::testing::Types<Memory, MemoryCut, Tcp, Tls, Local>;
TYPED_TEST_SUITE(StreamContract, Worlds, Names);

Task<void> write_then_close(Stream& stream, std::string octets) {
  co_await stream.write(octets);
  co_await stream.finish();
}

Task<void> expect_all(Stream& stream, std::string octets) {
  const std::string got = co_await read_to_end(stream);
  EXPECT_EQ(got.size(), octets.size());
  EXPECT_TRUE(got == octets);
}

Task<void> expect_all_then_close(Stream& stream, std::string octets) {
  co_await expect_all(stream, std::move(octets));
  stream.close();
}

TYPED_TEST(StreamContract, WhatIsWrittenIsReadAndThenTheEnd) {
  this->world_.both(write_then_close(this->client_, "hello"), expect_all_then_close(this->server_, "hello"));
}

TYPED_TEST(StreamContract, MoreThanAnyBufferHolds) {
  const std::size_t octets = std::is_same_v<TypeParam, MemoryCut> ? 10'000 : 8'000'000;
  std::string large(octets, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 2654435761U >> 24);
  this->world_.both(write_then_close(this->client_, large), expect_all_then_close(this->server_, large));
}

Task<void> write_pieces(Stream& stream, const std::vector<std::string>& pieces) {
  std::vector<std::string_view> views(pieces.begin(), pieces.end());
  co_await stream.write_all(views);
  co_await stream.finish();
}

TYPED_TEST(StreamContract, PiecesKeepTheirOrder) {
  const std::size_t large = std::is_same_v<TypeParam, MemoryCut> ? 500 : 300'000;
  std::vector<std::string> pieces{"", "first", "", std::string(large, 'x'), ""};
  for (int i = 0; i < 200; ++i) pieces.push_back(std::to_string(i));
  pieces.emplace_back(large, 'y');
  pieces.emplace_back();
  std::string all;
  for (const auto& piece : pieces) all += piece;
  this->world_.both(write_pieces(this->client_, pieces), expect_all_then_close(this->server_, all));
}

Task<void> write_through_output(Stream& stream, std::string small, std::string large) {
  Output output(stream);
  output << small << "\r\n";
  co_await output.write(large);
  EXPECT_TRUE(output.empty());
  for (int i = 0; i < 100; ++i) co_await output.write(small);
  co_await output.flush();
  EXPECT_TRUE(output.empty());
  co_await output.flush();
  co_await stream.finish();
}

TYPED_TEST(StreamContract, OutputGathersAndLosesNothing) {
  const std::string small(900, 's'), large(20'000, 'L');
  std::string all = small + "\r\n" + large;
  for (int i = 0; i < 100; ++i) all += small;
  this->world_.both(write_through_output(this->server_, small, large), expect_all_then_close(this->client_, all));
}

Task<Wake> wait_once(Stream& stream) {
  const Wake wake = co_await stream.wait();
  co_return wake;
}

Task<void> expect_wake(Stream& stream, Wake expected) {
  const Wake wake = co_await stream.wait();
  EXPECT_EQ(wake, expected);
}

Task<void> poke_it(Stream& stream) {
  stream.poke();
  co_return;
}

Task<void> write_it(Stream& stream, std::string octets) { co_await stream.write(octets); }

TYPED_TEST(StreamContract, WaitSeesOctets) {
  this->world_.both(expect_wake(this->server_, Wake::Readable), write_it(this->client_, "x"));
  EXPECT_EQ(run_task(this->world_.context, wait_once(this->server_)), Wake::Readable) << "they were not read";
}

TYPED_TEST(StreamContract, WaitSeesTheEnd) {
  this->client_.close();
  EXPECT_EQ(run_task(this->world_.context, wait_once(this->server_)), Wake::Readable);
  run_task(this->world_.context, expect_all(this->server_, ""));
}

TYPED_TEST(StreamContract, PokeEndsAWait) {
  this->world_.both(expect_wake(this->server_, Wake::Poked), poke_it(this->server_));
}

TYPED_TEST(StreamContract, PokeBeforeAWaitIsNotLostAndCountsOnce) {
  this->server_.poke();
  this->server_.poke();
  EXPECT_EQ(run_task(this->world_.context, wait_once(this->server_)), Wake::Poked);
  this->world_.both(expect_wake(this->server_, Wake::Readable), write_it(this->client_, "x"));
}

Task<void> read_one(Stream& stream, char expected) {
  std::array<char, 1> octet{};
  const std::size_t got = co_await stream.read_some(octet);
  EXPECT_EQ(got, 1u);
  EXPECT_EQ(octet[0], expected);
}

Task<void> poke_then_write(Stream& poked, Stream& writing) {
  poked.poke();
  co_await writing.write("x");
}

TYPED_TEST(StreamContract, PokeDoesNotDisturbARead) {
  this->world_.both(read_one(this->server_, 'x'), poke_then_write(this->server_, this->client_));
  EXPECT_EQ(run_task(this->world_.context, wait_once(this->server_)), Wake::Poked);
}

template <class World>
Task<void> pass_time(Stream& stream, Duration time) {
  World::pass(stream, time);
  co_return;
}

TYPED_TEST(StreamContract, WaitEndsAtTheDeadline) {
  this->server_.set_deadline(Duration(20));
  this->world_.both(expect_wake(this->server_, Wake::Deadline), pass_time<TypeParam>(this->server_, Duration(20)));
}

Task<void> expect_deadline_in_read(Stream& stream) {
  std::array<char, 1> octet{};
  bool late = false;
  try {
    co_await stream.read_some(octet);
  } catch (const DeadlineError&) {
    late = true;
  }
  EXPECT_TRUE(late);
}

TYPED_TEST(StreamContract, ReadThrowsAtTheDeadline) {
  this->server_.set_deadline(Duration(20));
  this->world_.both(expect_deadline_in_read(this->server_), pass_time<TypeParam>(this->server_, Duration(20)));
  this->world_.both(expect_deadline_in_read(this->server_), pass_time<TypeParam>(this->server_, Duration(0)));
}

Task<void> expect_deadline_in_write(Stream& stream) {
  const std::string large(30'000'000, 'x');
  bool late = false;
  try {
    co_await stream.write(large);
  } catch (const DeadlineError&) {
    late = true;
  }
  EXPECT_TRUE(late);
}

TYPED_TEST(StreamContract, APeerThatDoesNotReadMeetsTheDeadline) {
  this->server_.set_deadline(Duration(50));
  this->world_.both(expect_deadline_in_write(this->server_), pass_time<TypeParam>(this->server_, Duration(50)));
}

TYPED_TEST(StreamContract, ADeadlineCanBeMovedBothWaysAndTakenAway) {
  this->server_.set_deadline(std::chrono::hours(1));
  this->server_.set_deadline(Duration(1));
  this->server_.set_deadline(kNoDeadline);
  TypeParam::pass(this->server_, std::chrono::minutes(1));
  this->world_.both(read_one(this->server_, 'x'), write_it(this->client_, "x"));
  this->server_.set_deadline(std::chrono::hours(1));
  this->server_.set_deadline(Duration(20));
  this->world_.both(expect_wake(this->server_, Wake::Deadline), pass_time<TypeParam>(this->server_, Duration(20)));
}

Task<void> expect_gone_in_read(Stream& stream) {
  std::array<char, 1> octet{};
  bool gone = false;
  try {
    co_await stream.read_some(octet);
  } catch (const PeerGone&) {
    gone = true;
  }
  EXPECT_TRUE(gone);
}

Task<void> close_it(Stream& stream) {
  stream.close();
  stream.close();
  co_return;
}

TYPED_TEST(StreamContract, CloseUnwindsWhoeverWaits) {
  this->world_.both(expect_gone_in_read(this->server_), close_it(this->server_));
  this->world_.both(expect_gone_in_read(this->server_), close_it(this->server_));
}

Task<void> expect_gone_in_write(Stream& stream) {
  const std::string large(1'000'000, 'x');
  bool gone = false;
  try {
    for (int i = 0; i < 100; ++i) co_await stream.write(large);
  } catch (const PeerGone&) {
    gone = true;
  }
  EXPECT_TRUE(gone);
}

TYPED_TEST(StreamContract, WritingToAPeerThatLeftThrows) {
  this->world_.both(expect_gone_in_write(this->server_), close_it(this->client_));
}

TYPED_TEST(StreamContract, LastWordsArriveThoughThePeerWasNotHeard) {
  this->world_.both(write_it(this->client_, "QUIT"), poke_it(this->server_));
  this->world_.both(write_then_close(this->server_, "221 bye"), expect_all_then_close(this->client_, "221 bye"));
}

Task<void> secure_and_greet(Stream& stream, std::shared_ptr<const TlsContext> context, std::string greeting) {
  co_await secure(stream, context);
  EXPECT_TRUE(stream.encrypted());
  EXPECT_TRUE(stream.tls_name().starts_with("TLSv1.3 ")) << stream.tls_name();
  co_await stream.write(greeting);
  const std::string heard = co_await read_exactly(stream, greeting.size());
  EXPECT_EQ(heard, greeting);
}

TYPED_TEST(StreamContract, TlsBothSides) {
  if constexpr (!std::is_same_v<TypeParam, Tls>) {
    EXPECT_FALSE(this->server_.encrypted());
    EXPECT_EQ(this->server_.tls_name(), "");
    EXPECT_FALSE(this->server_.channel_binding().any());
    this->world_.both(secure_and_greet(this->server_, this->world_.server_tls, "hello"),
                      secure_and_greet(this->client_, this->world_.client_tls, "hello"));
  }
  EXPECT_EQ(this->server_.channel_binding().tls_exporter, this->client_.channel_binding().tls_exporter);
}

Task<void> expect_no_handshake(Stream& stream, std::shared_ptr<const TlsContext> context) {
  const auto done = co_await stream.start_tls(context);
  EXPECT_FALSE(done);
  EXPECT_FALSE(stream.encrypted());
  if (!done) {
    EXPECT_EQ(done.error().code, Code::Unavailable);
  }
  stream.close();
}

TYPED_TEST(StreamContract, ClearOctetsBeforeTheHandshakeEndIt) {
  if constexpr (!std::is_same_v<TypeParam, Tls>) {
    this->world_.both(expect_no_handshake(this->server_, this->world_.server_tls),
                      write_it(this->client_, "MAIL FROM:<a@b>\r\n"));
  }
}

TYPED_TEST(StreamContract, KnowsItsEnds) {
  EXPECT_EQ(this->server_.peer().loopback(), this->server_.loopback());
  EXPECT_EQ(this->server_.peer().octets, this->client_.local().octets);
  EXPECT_EQ(this->client_.peer().text(), this->server_.local().text());
}

}  // namespace
}  // namespace paraph::net
