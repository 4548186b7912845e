#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "net/stream.h"

namespace paraph::net::memory {

struct Pipe;

struct Options {
  std::size_t read_bytes_max =
      std::numeric_limits<std::size_t>::max();  ///< the most that one read_some() gives: 1 cuts everywhere
  std::size_t pipe_bytes_max = 256 * 1024;      ///< a write waits while so much was not read by the other side
  Endpoint peer{.octets = {192, 0, 2, 1}, .port = 49152};  ///< what the first stream (the server's) says of its peer
  std::string peer_subject;                                ///< what the first stream says after start_tls()
  crypto::ChannelBinding binding;                          ///< what both sides have after start_tls()
};

/// One end of a connection in memory, for transcripts, fuzzing and simulation. Time stands still unless pass() moves
/// it. TLS is a word both sides must say: start_tls() waits for the other side's, and fails when clear octets came
/// before it.
class MemoryStream final : public Stream {
 public:
  MemoryStream(Executor executor, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out, Options options, Endpoint local);
  ~MemoryStream() override;

  Task<std::size_t> read_some(std::span<char> into) override;
  Task<void> write(std::string_view octets) override;
  Task<void> write_all(std::span<const std::string_view> pieces) override;
  Task<Wake> wait() override;
  void poke() override;
  void set_deadline(Duration from_now) override;
  Task<Result<void>> start_tls(std::shared_ptr<const TlsContext> context) override;
  bool encrypted() const override { return encrypted_; }
  std::string tls_name() const override { return encrypted_ ? "TLSv1.3 MEMORY" : ""; }
  crypto::ChannelBinding channel_binding() const override;
  std::string peer_subject() const override { return encrypted_ ? options_.peer_subject : ""; }
  const Endpoint& peer() const& override { return options_.peer; }
  Endpoint local() const override { return local_; }
  Executor executor() const override { return executor_; }
  Task<void> finish() override;
  void close() noexcept override;

  /// Lets `time` go by on this side: deadlines within it come.
  void pass(Duration time);

 private:
  bool expired() const { return elapsed_ >= deadline_; }
  Task<void> sleep();
  void check_usable() const;

  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Executor executor_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  Options options_;
  Endpoint local_;
  std::shared_ptr<Timer> bell_;  ///< cancelled to wake whoever sleeps
  Duration elapsed_{0};
  Duration deadline_ = kNoDeadline;
  bool poked_ = false;
  bool closed_ = false;
  bool encrypted_ = false;
};

/// Both ends of a connection: the server's (whose peer is options.peer), and the client's. Both on `executor`.
std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> make_pair(Executor executor,
                                                                                  Options options = {});

/// A TLS context that means nothing but "TLS is configured".
std::shared_ptr<const TlsContext> tls_context();

}  // namespace paraph::net::memory
