#include "relay/smtp/smtp_relay.h"

#include <boost/asio/this_coro.hpp>

#include "base/assert.h"
#include "relay/smtp/transaction.h"

namespace paraph::relay::smtp {
namespace {

/// For whoever does not look at the misfit.
Answer answer_of(Misfit misfit) {
  switch (misfit) {
    case Misfit::SevenBit:
      return {.code = 554, .enhanced = "5.6.3", .text = "the server takes no 8-bit or binary message"};
    case Misfit::Utf8:
      return {.code = 553, .enhanced = "5.6.7", .text = "the server takes no UTF-8 in addresses and headers"};
    case Misfit::Size:
      return {.code = 552, .enhanced = "5.3.4", .text = "the message is longer than the server takes"};
    case Misfit::Tls:
      return {.code = 550, .enhanced = "5.7.30", .text = "the server does not promise REQUIRETLS"};
    case Misfit::None:
      break;
  }
  return {};
}

constexpr const char* kConnections = "paraph_relay_connections_total";
constexpr const char* kHelp = "Connections over which messages went to other servers: new ones, and kept ones.";

}  // namespace

SmtpRelay::SmtpRelay(Connect connect, MakeTls make_tls, Options options, net::Gate& gate, Metrics& metrics,
                     TlsSessions* sessions)
    : dialer_{.connect = std::move(connect),
              .make_tls = std::move(make_tls),
              .options = std::move(options),
              .gate = gate,
              .tls_counts = TlsCounts(metrics, sessions)},
      pool_(dialer_.options, gate),
      new_connections_(metrics.counter(kConnections, kHelp, {{"kind", "new"}})),
      kept_connections_(metrics.counter(kConnections, kHelp, {{"kind", "kept"}})) {}

Task<Result<Outcome>> SmtpRelay::send(Host host, Job job) {
  PARAPH_ASSERT(!job.recipients.empty());
  const Executor loop = co_await boost::asio::this_coro::executor;
  Outcome outcome{.host = host.name};
  auto kept = co_await pool_.take(Pool::key_of(loop, host), host.addresses);
  if (kept) {
    kept_connections_.add();
    job.content.rewind();
    PARAPH_CO_TRY(const bool stale, co_await send_over(std::move(kept), host, job, outcome));
    if (!stale) co_return outcome;
    outcome = Outcome{.host = host.name};
  }
  job.content.rewind();
  auto dialled = co_await dial(dialer_, host);
  if (!dialled) {
    outcome.answers.assign(job.recipients.size(), dialled.error().answer);
    outcome.address = std::move(dialled).error().address;
    co_return outcome;
  }
  new_connections_.add();
  PARAPH_CO_CHECK(co_await send_over(*std::move(dialled), host, job, outcome));
  co_return outcome;
}

Task<Result<bool>> SmtpRelay::send_over(std::unique_ptr<Connection> connection, const Host& host, Job& job,
                                        Outcome& outcome) {
  const auto key = Pool::key_of(connection->stream().executor(), host);
  outcome.reached = true;
  outcome.address = connection->stream().peer().address();
  outcome.tls = connection->stream().tls_name();
  outcome.dsn = connection->offered.dsn;
  outcome.size_max = connection->offered.size_max;
  outcome.seven_bit = !connection->offered.eight_bit_mime;
  outcome.misfit = misfit_of(host, *connection, job);
  bool stale = false;
  if (outcome.misfit != Misfit::None) {
    outcome.answers.assign(job.recipients.size(), answer_of(outcome.misfit));
  } else {
    Transaction transaction(*connection, job, dialer_.options);
    PARAPH_CO_CHECK(co_await transaction.run());
    outcome.answers = std::move(transaction.answers());
    stale = transaction.unheard();
    outcome.broke_off = transaction.broke_off();
  }
  pool_.put(key, std::move(connection));
  co_return stale;
}

}  // namespace paraph::relay::smtp
