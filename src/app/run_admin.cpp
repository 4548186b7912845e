#include "app/run_admin.h"

#include <fmt/format.h>

#include "app/blocking.h"
#include "app/listeners.h"
#include "app/services.h"
#include "app/shell.h"
#include "net/asio/connect.h"
#include "net/asio/loops.h"
#include "session/admin/session.h"

namespace paraph::app {
namespace {

constexpr std::chrono::seconds kConnectTime{5};
constexpr std::size_t kPoolJobsMax = 4;

/// Reads what the command line only named: files, and the password.
Result<void> complete(AdminCommand& command) {
  auto& fields = command.request.fields;
  for (const auto* name : {"text", "html"}) {
    if (!fields.contains(name)) continue;
    PARAPH_TRY(fields[name], text_or_file(fields[name], admin::kFieldBytesMax));
  }
  for (const auto* name : {"voice", "image"}) {
    if (!fields.contains(name)) continue;
    PARAPH_TRY(fields[name], read_file(fields[name], admin::kFieldBytesMax));
  }
  if (command.reads_password) {
    PARAPH_TRY(fields["password"], read_password());
  }
  return {};
}

Task<Result<void>> run_here(Services& services, admin::Request request) {
  PARAPH_CO_CHECK(co_await services.recover());
  auto result = co_await services.verbs.run(std::move(request), &print_line);
  co_return result;
}

Result<void> run_without_server(const Config& config, net::asio::Loops& loops, admin::Request request) {
  if (config.store.engine == Engine::Memory)
    return fail(Code::Unavailable, "the store is in memory and no server runs: start it with paraph serve");
  PARAPH_TRY(auto store, open_store(config));
  net::Gate gate;
  net::WorkerPool pool(1, kPoolJobsMax);
  Services services(config, std::move(store), make_silent_remotes(config), RelayFiles{}, pool, gate);
  auto result = run_blocking(loops.at(0), run_here(services, std::move(request)));
  loops.stop();
  return result;
}

}  // namespace

Result<void> run_admin(const Config& config, AdminCommand command) {
  PARAPH_CHECK(complete(command));
  net::asio::Loops loops(1);
  loops.run();
  auto connected = run_blocking(
      loops.at(0), net::asio::connect_local(loops.at(0), admin_socket_path(config.server.data_dir), kConnectTime));
  if (!connected && connected.error().code == Code::TooLarge) return fail(std::move(connected));
  if (!connected) return run_without_server(config, loops, std::move(command.request));
  auto answered = run_blocking(loops.at(0), admin::ask(**connected, std::move(command.request), &print_line));
  loops.stop();
  return answered;
}

}  // namespace paraph::app
