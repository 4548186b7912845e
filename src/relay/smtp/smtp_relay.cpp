#include "relay/smtp/smtp_relay.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <numeric>
#include <vector>

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

std::vector<std::size_t> all_of(const Job& job) {
  std::vector<std::size_t> places(job.recipients.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

/// `places`: where the recipients of the transaction stand in the job.
std::vector<std::size_t> too_many_of(const Transaction& transaction, const std::vector<std::size_t>& places) {
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (transaction.too_many(i)) rest.push_back(places[i]);
  }
  return rest;
}

Job part_of(const Job& job, const std::vector<std::size_t>& places) {
  Job part{.reverse_path = job.reverse_path,
           .options = job.options,
           .recipients = {},
           .content = job.content,
           .has_8bit = job.has_8bit,
           .id = job.id};
  for (const auto place : places) part.recipients.push_back(job.recipients[place]);
  return part;
}

bool takes_more(const Connection& connection) {
  const auto most = connection.offered.mail_max;
  return connection.usable() && connection.at_rest() && (most == 0 || connection.messages < most);
}

/// What came of it is written when all is over: until then a crash sends it to everybody again, and the lease runs.
constexpr std::chrono::minutes kMoreWithin{10};

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
    PARAPH_CO_TRY(stale, co_await transact(*connection, job, outcome));
  }
  pool_.put(key, std::move(connection));
  co_return stale;
}

Task<Result<bool>> SmtpRelay::transact(Connection& connection, const Job& job, Outcome& outcome) {
  Transaction first(connection, job, dialer_.options);
  PARAPH_CO_CHECK(co_await first.run());
  outcome.answers = std::move(first.answers());
  outcome.broke_off = first.broke_off();
  auto rest = too_many_of(first, all_of(job));
  bool refused = first.refused();
  const auto end = std::chrono::steady_clock::now() + kMoreWithin;
  // Somebody fewer each time, or it is no use. What fails from here on is told to those it is about: others have it.
  for (auto before = job.recipients.size(); !rest.empty() && rest.size() < before && !refused;) {
    if (!takes_more(connection) || dialer_.gate.stopping() || std::chrono::steady_clock::now() > end) break;
    before = rest.size();
    job.content.rewind();
    const auto part = part_of(job, rest);
    Transaction next(connection, part, dialer_.options);
    const auto done = co_await next.run();
    const Answer failed{.code = 451, .enhanced = "4.3.0", .text = done ? "" : done.error().text};
    for (std::size_t i = 0; i < rest.size(); ++i) outcome.answers[rest[i]] = done ? next.answers()[i] : failed;
    rest = too_many_of(next, rest);
    refused = next.refused();
  }
  co_return first.unheard();
}

}  // namespace paraph::relay::smtp
