#include "app/run_milter.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "app/blocking.h"
#include "app/logging.h"
#include "app/milter/milter.h"
#include "app/serve.h"
#include "app/services.h"
#include "base/log.h"
#include "net/asio/loops.h"

namespace paraph::app {
namespace {

constexpr std::size_t kPoolJobsMax = 1024;
constexpr std::chrono::seconds kFinishTime{10};

std::size_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

/// Whose the message is: an account here, or somebody whose signature another source may know.
Task<Result<record::Account>> principal_of(Services& services, mail::Address owner) {
  auto account = co_await services.accounts.find(owner.key());
  if (account || account.error().code != Code::NotFound) co_return account;
  co_return record::Account{.address = owner.text()};
}

Task<Result<service::NewMessage>> received(Services& services, const milter::Message& message) {
  service::Receiver receiver(*services.store, services.clock, services.limits.message_bytes_max);
  for (const std::string_view piece :
       {std::string_view(message.header), std::string_view("\r\n"), std::string_view(message.body)}) {
    PARAPH_CO_CHECK(co_await receiver.feed(piece));
  }
  co_return co_await receiver.finish();
}

/// Nobody's, or nothing that can be signed: not our business.
std::string left_alone(const milter::Message& message, const Error& why) {
  log(Level::Info, "milter from={} goes as it is: {}", printable(message.reverse_path.text()), printable(why.text));
  return "";
}

Task<Result<std::string>> attach(Services& services, const milter::Message& message) {
  const auto owner = milter::owner_of(message.login, message.reverse_path);
  if (!owner) co_return left_alone(message, owner.error());
  PARAPH_CO_TRY(auto principal, co_await principal_of(services, *owner));
  auto whole = co_await received(services, message);
  const bool unfit = !whole && (whole.error().code == Code::BadInput || whole.error().code == Code::TooLarge);
  if (unfit) co_return left_alone(message, whole.error());
  PARAPH_CO_CHECK(whole);
  service::Transaction transaction{
      .principal = std::move(principal), .reverse_path = message.reverse_path, .recipients = message.recipients};
  co_return co_await services.deposit.attach_only(std::move(transaction), *std::move(whole));
}

}  // namespace

Result<void> run_milter(const Config& config, const std::string& listen) {
  PARAPH_TRY(auto socket, milter::socket_name(listen));
  PARAPH_TRY(auto remotes, make_remotes(config));
  PARAPH_TRY(auto store, open_store(config));
  net::Gate gate;
  net::asio::Loops loops(cores());
  net::WorkerPool pool(cores(), kPoolJobsMax);
  Services services(config, std::move(store), std::move(remotes), RelayFiles{}, pool, gate);
  loops.run();
  auto served = run_blocking(loops.at(0), services.recover());
  if (served) {
    start_logging();
    std::atomic<std::size_t> turn{0};
    milter::Options options{.socket = std::move(socket),
                            .message_bytes_max = config.limits.message_bytes_max,
                            .attach = [&](const milter::Message& message) {
                              return run_blocking(loops.at(turn++ % loops.size()), attach(services, message));
                            }};
    served = milter::serve(std::move(options), [&] {
      fmt::print("paraph ready milter={}\n", listen);
      std::fflush(stdout);
    });
  }
  gate.stop();
  gate.wait_until_empty(kFinishTime);
  loops.stop();
  return served;
}

}  // namespace paraph::app
