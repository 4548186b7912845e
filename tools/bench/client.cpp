#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace paraph::bench {

void die(std::string_view sentence) {
  std::fprintf(stderr, "load: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  std::exit(1);
}

Client::Client(int port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    die("cannot connect to port " + std::to_string(port) + ": " + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)), at_(other.at_) {}

void Client::send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) die("the server closed the connection while it was written to");
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::fill() {
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  constexpr std::size_t kReadBytes = 65536;
  const std::size_t had = buffer_.size();
  buffer_.resize_and_overwrite(had + kReadBytes, [&](char* octets, std::size_t) {
    const ssize_t got = ::recv(fd_, octets + had, kReadBytes, 0);
    if (got <= 0) die("the server closed the connection");
    return had + static_cast<std::size_t>(got);
  });
}

std::string_view Client::line() {
  std::size_t looked = at_;
  for (;;) {
    const auto end = buffer_.find('\n', looked);
    if (end != std::string::npos) {
      const std::string_view found(buffer_.data() + at_, end - at_);
      at_ = end + 1;
      return found.ends_with('\r') ? found.substr(0, found.size() - 1) : found;
    }
    if (at_ > 0) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    looked = buffer_.size();
    fill();
  }
}

void Client::skip(std::size_t bytes) {
  for (;;) {
    const std::size_t here = std::min(bytes, buffer_.size() - at_);
    at_ += here;
    bytes -= here;
    if (bytes == 0) return;
    fill();
  }
}

void Client::expect(char expected) {
  for (;;) {
    const auto reply = line();
    if (reply.size() < 3 || reply[0] != expected) die("unexpected reply: " + std::string(reply));
    if (reply.size() == 3 || reply[3] != '-') return;
  }
}

Client::Answer Client::imap(std::string_view tag) {
  Answer answer;
  for (;;) {
    const auto text = line();
    answer.octets += text.size() + 2;
    if (text.starts_with(tag)) {
      if (text.substr(tag.size()).starts_with(" OK")) return answer;
      die("unexpected answer: " + std::string(text));
    }
    if (text.starts_with("* ") && text.find(" FETCH (") != std::string_view::npos) ++answer.fetches;
    if (text.ends_with('}')) {
      const auto open = text.rfind('{');
      std::size_t literal = 0;
      std::from_chars(text.data() + open + 1, text.data() + text.size() - 1, literal);
      answer.octets += literal;
      skip(literal);
    }
  }
}

Client smtp(int port, const std::string& user, const std::string& password, bool lmtp) {
  Client client(port);
  client.expect('2');
  client.send(lmtp ? "LHLO load.example\r\n" : "EHLO load.example\r\n");
  client.expect('2');
  if (!user.empty()) {
    client.send("AUTH PLAIN " + base64(std::string("\0", 1) + user + std::string("\0", 1) + password) + "\r\n");
    client.expect('2');
  }
  return client;
}

Client imap(int port, const std::string& user, const std::string& password) {
  Client client(port);
  client.line();
  client.send("a LOGIN \"" + user + "\" \"" + password + "\"\r\n");
  client.imap("a");
  return client;
}

std::string base64(std::string_view octets) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < octets.size() ? static_cast<unsigned char>(octets[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= octets.size() ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string numbered(const std::string& pattern, std::size_t number) {
  const auto at = pattern.find("%d");
  return at == std::string::npos ? pattern : pattern.substr(0, at) + std::to_string(number) + pattern.substr(at + 2);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) die("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

double percentile(std::vector<double>& milliseconds, double p) {
  if (milliseconds.empty()) return 0;
  const auto nth = milliseconds.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(milliseconds.size() - 1));
  std::nth_element(milliseconds.begin(), nth, milliseconds.end());
  return *nth;
}

double milliseconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

}  // namespace paraph::bench
