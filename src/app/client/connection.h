#pragma once
#include <memory>
#include <string>

#include "app/client/place.h"
#include "base/result.h"

using CURL = void;

namespace paraph::client {

enum class Protocol { Smtp, Imap };

/// A libcurl handle that knows where to, as whom, and how protected. Blocking; one thread.
class Connection {
 public:
  Connection(Protocol protocol, const Place& place, std::string password);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  CURL* handle() const { return handle_.get(); }
  /// Runs the transfer that the handle is set up for. Unavailable: the sentence names the server, and what it said
  /// last.
  Result<void> perform();

 private:
  static std::size_t take_line(char* octets, std::size_t size, std::size_t count, void* self);
  struct Close {
    void operator()(CURL* handle) const;
  };

  std::string where_;
  std::unique_ptr<CURL, Close> handle_;
  std::string refusal_;  ///< the server's last, for the sentence
  std::string why_;      ///< curl writes here
};

}  // namespace paraph::client
