#pragma once
#include <array>
#include <string_view>

#include "base/metrics.h"
#include "relay/relay.h"

namespace paraph::relay::smtp {

/// How a session's TLS came out, in the words of RFC 8460 §4.3.
enum class TlsResult {
  Success,
  NotSupported,  ///< starttls-not-supported
  HostMismatch,  ///< certificate-host-mismatch
  Expired,       ///< certificate-expired
  NotTrusted,    ///< certificate-not-trusted
  Invalid,       ///< validation-failure: any other
};

/// "certificate-expired".
std::string_view name_of(TlsResult result);

/// What the sentence of a failed handshake means.
TlsResult tls_result(std::string_view sentence);

/// paraph_tls_outbound_sessions_total{tls="...",result="..."}: one more for each session that asked for STARTTLS, or
/// would have; and the same by domain and policy. Any thread.
class TlsCounts {
 public:
  /// `sessions` may be null; outlives this.
  TlsCounts(Metrics& metrics, TlsSessions* sessions);
  void add_success(const Host& host);
  /// `sentence`: what is known besides. The addresses are those of the session.
  void add_failure(const Host& host, TlsResult result, std::string_view sentence, const net::Endpoint& local,
                   const net::Endpoint& peer);

 private:
  static constexpr std::size_t kResults = 6;
  void count(Tls tls, TlsResult result);

  TlsSessions* sessions_;
  std::array<std::array<Counter*, kResults>, 4> counters_{};
};

}  // namespace paraph::relay::smtp
