#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace paraph::dns {

/// What a DNS server answers over UDP: a table of questions to answers, with the AD bit where the question asked for
/// it and the table says so. Anything else does not exist.
class ValidatingServer {
 public:
  struct Record {
    std::uint16_t type = 0;
    std::string data;
    bool authentic = true;
    bool fails = false;  ///< SERVFAIL, as for a zone whose signatures are wrong
  };
  /// By lower-case name.
  explicit ValidatingServer(std::multimap<std::string, Record> table);
  ValidatingServer(const ValidatingServer&) = delete;
  ValidatingServer& operator=(const ValidatingServer&) = delete;
  ~ValidatingServer();
  std::string server() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void run();
  std::string answer(const std::string& question) const;

  const std::multimap<std::string, Record> table_;
  int socket_ = -1;
  std::array<int, 2> end_{-1, -1};
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace paraph::dns
