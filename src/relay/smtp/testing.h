#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "net/gate.h"
#include "net/memory/memory_stream.h"
#include "net/testing.h"
#include "relay/smtp/smtp_relay.h"

namespace paraph::relay::smtp {

/// How a server behaves on one connection. For tests only.
struct Behaviour {
  std::string extensions = "PIPELINING\n8BITMIME";  ///< by EHLO
  std::string extensions_tls;                       ///< the same under TLS; "": `extensions` without STARTTLS
  /// What it says to a command that begins like this instead of what good servers say; "" closes the connection,
  /// "silence" says nothing. The first that fits, used once for each time it stands here.
  std::vector<std::pair<std::string, std::string>> instead;
  std::string greeting = "220 mx.test ESMTP";
  std::size_t says_bytes_max =
      std::numeric_limits<std::size_t>::max();  ///< then it closes, in the middle of a line too
  std::size_t hears_bytes_max = std::numeric_limits<std::size_t>::max();
  bool refuses_connection = false;
  bool breaks_handshake = false;
};

/// What a server on one connection heard. A message stands as "[octets as they came]".
struct Heard {
  std::vector<std::string> lines;
  std::vector<std::string> delivered;  ///< messages to which it said 250
  bool ended = false;
};

/// A server that reads and answers, and does nothing else.
class FakeServer {
 public:
  FakeServer(std::shared_ptr<net::memory::MemoryStream> stream, Behaviour behaviour, std::shared_ptr<Heard> heard)
      : stream_(std::move(stream)), behaviour_(std::move(behaviour)), heard_(std::move(heard)) {}

  static Task<void> serve(std::unique_ptr<FakeServer> server) {
    try {
      co_await server->run();
    } catch (const net::PeerGone&) {
    }
    server->heard_->ended = true;
    server->stream_->close();
  }

 private:
  Task<void> run() {
    co_await say(behaviour_.greeting);
    while (!closed_) {
      const auto line = co_await read_line();
      if (!line) co_return;
      heard_->lines.push_back(*line);
      co_await obey(*line);
      if (*line == "QUIT") co_return;
    }
  }

  Task<void> obey(std::string line) {
    if (auto other = take_instead(line)) {
      if (line.starts_with("BDAT ")) static_cast<void>(co_await read_octets(bdat_bytes(line)));
      note_instead(line, *other);
      co_await say(*other);
      if (line == "DATA" && other->starts_with("354")) co_await read_message();
      co_return;
    }
    if (line.starts_with("EHLO ")) {
      co_await say(ehlo());
    } else if (line == "STARTTLS") {
      co_await start_tls();
    } else if (line.starts_with("MAIL ") || line == "RSET") {
      accepted_ = 0;
      mail_ = line != "RSET";
      co_await say("250 2.1.0 ok");
    } else if (line.starts_with("RCPT ")) {
      if (mail_) ++accepted_;
      co_await say(mail_ ? "250 2.1.5 ok" : "503 5.5.1 whose mail?");
    } else if (line == "DATA") {
      co_await say(accepted_ == 0 ? "503 5.5.1 nobody to send to" : "354 go on");
      if (accepted_ != 0) co_await read_message();
    } else if (line.starts_with("BDAT ")) {
      auto octets = co_await read_octets(bdat_bytes(line));
      co_await end_message(std::move(octets));
    } else if (line.starts_with("AUTH ")) {
      co_await say("235 2.7.0 welcome");
    } else {
      co_await say(line == "QUIT" ? "221 2.0.0 bye" : "250 2.0.0 ok");
    }
  }

  void note_instead(const std::string& line, const std::string& said) {
    const bool taken = said.starts_with('2');
    if (line.starts_with("MAIL ")) mail_ = taken;
    if (line.starts_with("MAIL ")) accepted_ = 0;
    if (line.starts_with("RCPT ") && taken) ++accepted_;
  }

  std::string ehlo() const {
    auto offered =
        stream_->encrypted() && !behaviour_.extensions_tls.empty() ? behaviour_.extensions_tls : behaviour_.extensions;
    if (stream_->encrypted() && behaviour_.extensions_tls.empty()) {
      if (const auto at = offered.find("STARTTLS"); at != std::string::npos) offered.replace(at, 8, "X");
    }
    std::string out = "250-mx.test\n";
    const auto lines = split(offered, '\n');
    for (std::size_t i = 0; i < lines.size(); ++i)
      out += (i + 1 == lines.size() ? "250 " : "250-") + std::string(lines[i]) + (i + 1 == lines.size() ? "" : "\n");
    return out;
  }

  Task<void> start_tls() {
    co_await say("220 2.0.0 go");
    if (behaviour_.breaks_handshake) {
      co_await say("500 5.5.1 what was that?");
      closed_ = true;
      stream_->close();
      co_return;
    }
    static_cast<void>(co_await stream_->start_tls(net::memory::tls_context()));
  }

  Task<void> read_message() {
    auto octets = co_await read_to("\r\n.\r\n");
    if (!octets) throw net::PeerGone("cut");
    co_await end_message(*std::move(octets));
  }

  Task<void> end_message(std::string octets) {
    heard_->lines.push_back("[" + octets + "]");
    const auto other = take_instead("[");
    if (other) co_await say(*other);
    if (other) co_return;
    if (accepted_ == 0) co_await say("503 5.5.1 nobody to send to");
    if (accepted_ == 0) co_return;
    heard_->delivered.push_back(std::move(octets));
    co_await say("250 2.0.0 taken");
  }

  static std::size_t bdat_bytes(const std::string& line) {
    const auto words = split(line, ' ');
    return static_cast<std::size_t>(parse_decimal(words.at(1)).value());
  }

  std::optional<std::string> take_instead(const std::string& line) {
    for (auto at = behaviour_.instead.begin(); at != behaviour_.instead.end(); ++at) {
      if (!line.starts_with(at->first)) continue;
      auto said = at->second;
      behaviour_.instead.erase(at);
      return said;
    }
    return std::nullopt;
  }

  /// Lines between "\n".
  Task<void> say(std::string text) {
    if (text == "silence") co_return;
    std::string octets;
    if (!text.empty()) {
      for (const auto line : split(text, '\n')) octets += std::string(line) + "\r\n";
    }
    closed_ = closed_ || text.empty() || text.starts_with("421") || octets.size() > behaviour_.says_bytes_max;
    octets.resize(std::min(octets.size(), behaviour_.says_bytes_max));
    behaviour_.says_bytes_max -= octets.size();
    co_await stream_->write(octets);
    if (closed_) stream_->close();
  }

  Task<bool> read_more() {
    char piece[4096];
    const auto most = std::min(sizeof piece, behaviour_.hears_bytes_max);
    if (most == 0) co_return false;
    const std::size_t got = co_await stream_->read_some(std::span(piece).first(most));
    behaviour_.hears_bytes_max -= got;
    input_.append(piece, got);
    co_return got != 0;
  }

  Task<std::optional<std::string>> read_to(std::string end) {
    for (;;) {
      // A message that is empty is a dot alone.
      const bool empty_message = end.size() > 2 && input_.starts_with(end.substr(2));
      const auto at = empty_message ? 0 : input_.find(end);
      if (at != std::string::npos) {
        auto found = input_.substr(0, empty_message ? 0 : at + 2);
        input_.erase(0, empty_message ? end.size() - 2 : at + end.size());
        co_return found;
      }
      const bool more = co_await read_more();
      if (!more) co_return std::nullopt;
    }
  }

  Task<std::optional<std::string>> read_line() {
    auto line = co_await read_to("\r\n");
    if (line) line->resize(line->size() - 2);
    co_return line;
  }

  Task<std::string> read_octets(std::size_t bytes) {
    bool more = true;
    while (more && input_.size() < bytes) more = co_await read_more();
    if (input_.size() < bytes) throw net::PeerGone("cut");
    auto found = input_.substr(0, bytes);
    input_.erase(0, bytes);
    co_return found;
  }

  std::shared_ptr<net::memory::MemoryStream> stream_;
  Behaviour behaviour_;
  std::shared_ptr<Heard> heard_;
  std::string input_;
  std::size_t accepted_ = 0;
  bool mail_ = false;
  bool closed_ = false;
};

/// A message in memory.
class TextContent final : public Content {
 public:
  explicit TextContent(std::string text) : text_(std::move(text)) {}
  std::uint64_t bytes() const override { return claimed.value_or(text_.size()); }
  void rewind() override {
    at_ = 0;
    ++passes_;
  }
  Task<Result<std::string_view>> next(std::size_t bytes_max) override {
    if (at_ >= fails_at || passes_ == fails_in_pass) co_return fail(Code::Unavailable, "the disk is gone");
    const auto piece = std::string_view(text_).substr(at_, std::min(bytes_max, piece_bytes_max));
    at_ += piece.size();
    co_return piece;
  }

  std::size_t piece_bytes_max = std::numeric_limits<std::size_t>::max();
  std::size_t fails_at = std::numeric_limits<std::size_t>::max();
  std::size_t fails_in_pass = 0;  ///< of its rewinds; 0: in none
  std::optional<std::uint64_t> claimed;

 private:
  std::string text_;
  std::size_t at_ = 0, passes_ = 0;
};

/// A relay whose servers behave as told, one after the other.
class FakeWorld {
 public:
  explicit FakeWorld(Options options = {.name = "me.test"}, net::memory::Options streams = {})
      : streams_(std::move(streams)),
        relay_([this](Executor loop, net::Endpoint where, net::Duration) { return connect(loop, where); },
               [this](const Host& host) -> Result<std::shared_ptr<const net::TlsContext>> {
                 demanded_.push_back(host.tls);
                 if (host.tls == impossible_) return fail(Code::Unavailable, "the authorities cannot be read");
                 return net::memory::tls_context();
               },
               std::move(options), gate_, metrics_, &tls_sessions_) {}
  ~FakeWorld() {
    for (auto& server : servers_) server->close();
    settle_all();
  }

  /// The next connection's server.
  void expect(Behaviour behaviour) { behaviours_.push_back(std::move(behaviour)); }

  Result<Outcome> send(Host host, Job job) {
    return net::run_task(loop_, relay_.send(std::move(host), std::move(job)));
  }

  /// The same, for a test that has to do something meanwhile. All outlive it.
  void start(Host host, Job job, std::optional<Result<Outcome>>& outcome) {
    net::spawn(gate_, loop_.get_executor(), "send", send_to(relay_, std::move(host), std::move(job), outcome));
  }

  /// Everything that can happen without anybody doing anything.
  void settle() {
    loop_.restart();
    while (loop_.poll() != 0) loop_.restart();
  }
  void settle_all() {
    loop_.restart();
    while (gate_.running() != 0) PARAPH_ASSERT(loop_.run_one_for(std::chrono::seconds(20)) == 1);
  }

  const Heard& heard(std::size_t connection) const { return *heard_.at(connection); }
  std::size_t connections() const { return heard_.size(); }
  std::size_t delivered() const {
    std::size_t all = 0;
    for (const auto& one : heard_) all += one->delivered.size();
    return all;
  }
  const std::vector<net::Endpoint>& called() const { return called_; }
  net::Gate& gate() { return gate_; }
  /// Of each handshake, in order.
  const std::vector<Tls>& demanded() const { return demanded_; }
  /// From now on our side cannot speak TLS that demands this.
  void make_impossible(Tls tls) { impossible_ = tls; }
  Metrics& metrics() { return metrics_; }
  TlsDay tls_day() { return tls_sessions_.find(TlsSessions::Which::Today); }
  /// The client's side of a connection that is open.
  net::memory::MemoryStream& client(std::size_t connection) { return *clients_.at(connection); }
  net::memory::MemoryStream& server(std::size_t connection) { return *servers_.at(connection); }

 private:
  static Task<void> send_to(SmtpRelay& relay, Host host, Job job, std::optional<Result<Outcome>>& outcome) {
    auto got = co_await relay.send(std::move(host), std::move(job));
    outcome = std::move(got);
  }

  Task<Result<std::unique_ptr<net::Stream>>> connect(Executor loop, net::Endpoint where) {
    called_.push_back(where);
    if (behaviours_.empty() || behaviours_.front().refuses_connection) {
      if (!behaviours_.empty()) behaviours_.pop_front();
      co_return fail(Code::Unavailable, where.text() + " cannot be reached: Connection refused");
    }
    auto behaviour = std::move(behaviours_.front());
    behaviours_.pop_front();
    auto [server, client] = net::memory::make_pair(loop, streams_);
    servers_.push_back(std::move(server));
    clients_.push_back(client.get());
    heard_.push_back(std::make_shared<Heard>());
    auto fake = std::make_unique<FakeServer>(servers_.back(), std::move(behaviour), heard_.back());
    net::spawn(gate_, loop, "fake server", FakeServer::serve(std::move(fake)));
    co_return std::move(client);
  }

  boost::asio::io_context loop_{1};
  net::Gate gate_;
  Metrics metrics_;
  FakeClock clock_{Time{}};
  TlsSessions tls_sessions_{clock_};
  net::memory::Options streams_;
  std::deque<Behaviour> behaviours_;
  std::vector<std::shared_ptr<Heard>> heard_;
  std::vector<std::shared_ptr<net::memory::MemoryStream>> servers_;
  std::vector<net::memory::MemoryStream*> clients_;
  std::vector<net::Endpoint> called_;
  std::vector<Tls> demanded_;
  std::optional<Tls> impossible_;
  SmtpRelay relay_;
};

}  // namespace paraph::relay::smtp
