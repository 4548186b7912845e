// What an idle connection costs in memory, and that a thousand of them end when told.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "net/asio/socket_stream.h"
#include "net/asio/testing.h"
#include "net/asio/tls.h"
#include "net/gate.h"

namespace paraph::net::asio {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#endif

std::size_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// A session that waits, as IMAP's IDLE does.
Task<void> idle(std::unique_ptr<Stream> stream, std::shared_ptr<const TlsContext> context) {
  if (context) {
    const auto secured = co_await stream->start_tls(std::move(context));
    EXPECT_TRUE(secured);
  }
  stream->set_deadline(std::chrono::minutes(30));
  const Wake wake = co_await stream->wait();
  EXPECT_EQ(wake, Wake::Poked);
}

Task<void> secure(Stream& stream, std::shared_ptr<const TlsContext> context) {
  const auto secured = co_await stream.start_tls(std::move(context));
  EXPECT_TRUE(secured);
}

class IdleTest : public ::testing::Test {
 protected:
  std::unique_ptr<SocketStream> wrap(int descriptor) {
    Socket socket(context_.get_executor());
    socket.assign({AF_UNIX, 0}, descriptor);
    return std::make_unique<SocketStream>(std::move(socket), Endpoint{});
  }
  std::pair<int, int> sockets() {
    int pair[2];
    PARAPH_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    return {pair[0], pair[1]};
  }
  void settle() {
    context_.restart();
    while (context_.poll() != 0) continue;
  }
  /// Heap octets that each of `count` idle sessions gives back when it ends. Their peers stay.
  std::size_t cost(std::size_t count, const std::shared_ptr<const TlsContext>& server,
                   const std::shared_ptr<const TlsContext>& client) {
    std::vector<std::unique_ptr<SocketStream>> peers;
    const std::size_t before = heap_bytes();
    for (std::size_t i = 0; i < count; ++i) {
      const auto [ours, theirs] = sockets();
      peers.push_back(wrap(theirs));
      spawn(gate_, context_.get_executor(), "idle", idle(wrap(ours), server));
      if (client) spawn(gate_, context_.get_executor(), "peer", secure(*peers.back(), client));
      settle();
    }
    EXPECT_EQ(gate_.running(), count);
    const std::size_t full = heap_bytes();
    Connections::of(context_.get_executor()).poke_all();
    settle();
    EXPECT_EQ(gate_.running(), 0u);
    const std::size_t freed = full - heap_bytes();
    std::printf("%zu idle connections%s: %zu octets of heap each (%zu with their peers)\n", count,
                server ? " under TLS" : "", freed / count, (full - before) / count);
    return freed / count;
  }

  Gate gate_;
  boost::asio::io_context context_{1};
};

TEST_F(IdleTest, AThousandInClear) {
  const std::size_t each = cost(1000, nullptr, nullptr);
  if (!kSanitized) {
    EXPECT_LT(each, 2048u);
  }
}

TEST_F(IdleTest, TwoHundredUnderTls) {
  const TestCertificate made = make_certificate();
  const auto server = server_tls(made.certificate_pem, made.key_pem).value();
  const auto client = client_tls({.server_name = "localhost", .ca_pem = made.certificate_pem}).value();
  const std::size_t each = cost(200, server, client);
  if (!kSanitized) {
    EXPECT_LT(each, 18u * 1024);
  }
}

}  // namespace
}  // namespace paraph::net::asio
