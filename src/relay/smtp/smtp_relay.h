#pragma once
#include <memory>

#include "base/metrics.h"
#include "net/gate.h"
#include "relay/relay.h"
#include "relay/smtp/dial.h"
#include "relay/smtp/options.h"
#include "relay/smtp/pool.h"

namespace paraph::relay::smtp {

/// The door to other servers, over SMTP (RFC 5321). Outlives its sends; the gate counts the connections that are kept,
/// and outlives this. Destroy it when the gate is empty.
class SmtpRelay final : public Relay {
 public:
  /// `sessions` counts them by domain; null: nobody does. Outlives this.
  SmtpRelay(Connect connect, MakeTls make_tls, Options options, net::Gate& gate, Metrics& metrics,
            TlsSessions* sessions = nullptr);

  Task<Result<Outcome>> send(Host host, Job job) override;

 private:
  /// Over this connection. True, and of the next one too: it had ended before, and nothing was heard.
  Task<Result<bool>> send_over(std::unique_ptr<Connection> connection, const Host& host, Job& job, Outcome& outcome);

  /// A transaction, and more of them for those who were too many for it. All outlive the call.
  Task<Result<bool>> transact(Connection& connection, const Job& job, Outcome& outcome);

  Dialer dialer_;
  Pool pool_;
  Counter& new_connections_;
  Counter& kept_connections_;
};

}  // namespace paraph::relay::smtp
