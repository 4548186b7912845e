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

/// What the sentence of a failed handshake means.
TlsResult tls_result(std::string_view sentence);

/// paraph_tls_outbound_sessions_total{tls="...",result="..."}: one more for each session that asked for STARTTLS, or
/// would have. Any thread.
class TlsCounts {
 public:
  explicit TlsCounts(Metrics& metrics);
  void add(Tls tls, TlsResult result);

 private:
  static constexpr std::size_t kResults = 6;
  std::array<std::array<Counter*, kResults>, 4> counters_{};
};

}  // namespace paraph::relay::smtp
