#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::bench {

using SteadyClock = std::chrono::steady_clock;

/// A blocking TCP connection to 127.0.0.1 with a line reader. One thread. Every failure ends the program with a
/// sentence: a load generator that goes on after an error measures nothing.
class Client {
 public:
  explicit Client(int port);
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;

  void send(std::string_view octets);
  /// The next line without its CRLF; valid until the next call.
  std::string_view line();
  /// Reads and drops `bytes` octets.
  void skip(std::size_t bytes);
  /// Reads an SMTP reply to its last line; ends the program unless its code begins with `expected`.
  void expect(char expected);
  /// Reads IMAP lines (literals dropped) until the tagged one, which must be OK. Counts untagged FETCH answers and all
  /// octets.
  struct Answer {
    std::size_t fetches = 0;
    std::size_t octets = 0;
  };
  Answer imap(std::string_view tag);
  int descriptor() const { return fd_; }

 private:
  void fill();
  int fd_ = -1;
  std::string buffer_;
  std::size_t at_ = 0;
};

/// SMTP: greeting, EHLO (or LHLO), AUTH PLAIN when a user is given.
Client smtp(int port, const std::string& user, const std::string& password, bool lmtp);
/// IMAP: greeting, LOGIN.
Client imap(int port, const std::string& user, const std::string& password);

[[noreturn]] void die(std::string_view sentence);
std::string base64(std::string_view octets);
/// `pattern` with its one `%d` replaced by `number`.
std::string numbered(const std::string& pattern, std::size_t number);
std::string read_file(const std::string& path);

/// Latencies of all threads: `p` of 0.5 is the median. Milliseconds.
double percentile(std::vector<double>& milliseconds, double p);
double milliseconds_since(SteadyClock::time_point start);

}  // namespace paraph::bench
