#include "relay/smtp/tls_counts.h"

#include "base/text.h"

namespace paraph::relay::smtp {
namespace {

constexpr std::string_view kResultNames[] = {"success",
                                             "starttls-not-supported",
                                             "certificate-host-mismatch",
                                             "certificate-expired",
                                             "certificate-not-trusted",
                                             "validation-failure"};
constexpr std::string_view kTlsNames[] = {"none", "opportunistic", "required", "dane"};

struct Meaning {
  std::string_view words;
  TlsResult result;
};
// OpenSSL's own words for X509_V_ERR_...
constexpr Meaning kMeanings[] = {{"hostname mismatch", TlsResult::HostMismatch},
                                 {"address mismatch", TlsResult::HostMismatch},
                                 {"has expired", TlsResult::Expired},
                                 {"self-signed certificate", TlsResult::NotTrusted},
                                 {"self signed certificate", TlsResult::NotTrusted},
                                 {"issuer certificate", TlsResult::NotTrusted},
                                 {"verify the first certificate", TlsResult::NotTrusted}};

}  // namespace

std::string_view name_of(TlsResult result) { return kResultNames[static_cast<std::size_t>(result)]; }

TlsResult tls_result(std::string_view sentence) {
  for (const auto& [words, result] : kMeanings) {
    if (ifind(sentence, words) != std::string_view::npos) return result;
  }
  return TlsResult::Invalid;
}

TlsCounts::TlsCounts(Metrics& metrics, TlsSessions* sessions) : sessions_(sessions) {
  for (std::size_t tls = 0; tls < counters_.size(); ++tls) {
    for (std::size_t result = 0; result < kResults; ++result) {
      counters_[tls][result] =
          &metrics.counter("paraph_tls_outbound_sessions_total",
                           "Sessions with other servers, by what was demanded and how TLS came out.",
                           {{"tls", std::string(kTlsNames[tls])}, {"result", std::string(kResultNames[result])}});
    }
  }
}

void TlsCounts::add_success(const Host& host) {
  count(host.tls, TlsResult::Success);
  if (sessions_ != nullptr) sessions_->add_success(host.applied);
}

void TlsCounts::add_failure(const Host& host, TlsResult result, std::string_view sentence, const net::Endpoint& local,
                            const net::Endpoint& peer) {
  count(host.tls, result);
  if (sessions_ == nullptr) return;
  sessions_->add_failure(host.applied, {.result = std::string(name_of(result)),
                                        .host = host.name,
                                        .sending_ip = local.address(),
                                        .receiving_ip = peer.address(),
                                        .reason = std::string(sentence)});
}

void TlsCounts::count(Tls tls, TlsResult result) {
  counters_[static_cast<std::size_t>(tls)][static_cast<std::size_t>(result)]->add();
}

}  // namespace paraph::relay::smtp
