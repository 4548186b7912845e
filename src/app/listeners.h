#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/services.h"
#include "base/result.h"
#include "net/admission.h"
#include "net/asio/loops.h"
#include "net/gate.h"
#include "net/listener.h"
#include "net/tls_context.h"
#include "session/http/server.h"
#include "session/imap/server.h"
#include "session/smtp/server.h"

namespace paraph::app {

/// All that is listened on: the ports of `[listen]`, and the administrative socket. Lives as long as the sessions it
/// started: what it refers to outlives it.
class Listeners {
 public:
  /// `web_tls` is the context of `https`, `tls` that of all else.
  Listeners(const Config& config, Services& services, const net::TlsSlot& tls, const net::TlsSlot& web_tls,
            net::Gate& gate, net::asio::Loops& loops);

  /// Opens everything, or says in one sentence what stands in the way.
  Result<void> open(const Config& config);
  /// "mx=2525 imap=1143", in the order of `[listen]`, with the real ports.
  const std::string& ports() const& { return ports_; }
  /// Reads the token files of [[peer]] again. The failure is one sentence; then the old tokens stay. Any thread.
  Result<void> renew_peers(const Config& config);
  /// Ends accepting, not the sessions; returns when no more can come. The loops run.
  void close();

 private:
  Result<void> open_tcp(const char* name, const Endpoints& endpoints, net::Service service);
  void count(const char* name, net::Service& service);
  Result<void> open_sockets(const char* name, const std::vector<std::string>& paths, net::Service service);
  Result<void> open_admin(const std::filesystem::path& data_dir);
  net::Service smtp(session_smtp::Role role);
  net::Service imap(session_imap::Tls tls);
  net::Service http(session_http::Tls tls);
  Result<void> prepare_http(const Config& config);

  session_smtp::Server smtp_;
  session_imap::Server imap_;
  Services& services_;
  const net::TlsSlot& web_tls_;
  std::unique_ptr<session_http::Peers> peers_;
  std::unique_ptr<session_http::Server> http_;
  admin::Verbs& verbs_;
  Metrics& metrics_;
  net::Gate& gate_;
  net::asio::Loops& loops_;
  net::Admission::Limits admission_limits_;
  std::vector<std::unique_ptr<net::Admission>>
      admissions_;  ///< one for each port: `connections_max` is of one listener
  /// Each with the loop that it accepts on.
  std::vector<std::pair<Executor, std::unique_ptr<net::Listener>>> listeners_;
  std::string ports_;
};

/// Where the administrative socket of a data folder is: absolute, or relative to the working folder when only that is
/// short enough for a Unix socket.
std::string admin_socket_path(const std::filesystem::path& data_dir);

}  // namespace paraph::app
