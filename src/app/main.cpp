#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "app/cli.h"
#include "app/config/config.h"
#include "app/demo.h"
#include "app/run_admin.h"
#include "app/run_client.h"
#include "app/run_milter.h"
#include "app/serve.h"

namespace paraph::app {
namespace {

Result<void> run_demo(const ServeCommand& command) {
  PARAPH_TRY(const auto config, prepare_demo_folder(command.data_dir));
  const auto commands = demo_commands(std::filesystem::read_symlink("/proc/self/exe"), command.data_dir);
  return serve(config, &prepare_demo_accounts, [&] { fmt::print(stderr, "{}", commands); });
}

Result<void> run(const std::string& config_file, const ServeCommand& command) {
  block_signals();
  if (command.demo) return run_demo(command);
  PARAPH_TRY(const auto config, load_config(config_file));
  return serve(config, nullptr, [] {});
}

Result<void> run(const std::string& config_file, const AdminCommand& command) {
  PARAPH_TRY(const auto config, load_config(config_file));
  return run_admin(config, command);
}

Result<void> run(const std::string& config_file, const MilterCommand& command) {
  block_signals();
  PARAPH_TRY(const auto config, load_config(config_file));
  return run_milter(config, command.listen);
}

Result<void> run(const std::string&, const SendCommand& command) { return run_send(command); }
Result<void> run(const std::string&, const InboxCommand& command) { return run_inbox(command); }
Result<void> run(const std::string&, const SaveCommand& command) { return run_save(command); }

int main(const std::vector<std::string>& arguments) {
  const auto invocation = parse_command_line(arguments);
  if (!invocation) {
    const auto& ending = invocation.error();
    fmt::print(ending.exit_code == 0 ? stdout : stderr, "{}\n", ending.text);
    return ending.exit_code;
  }
  const auto result =
      std::visit([&](const auto& command) { return run(invocation->config, command); }, invocation->command);
  if (result) return EXIT_SUCCESS;
  fmt::print(stderr, "{}\n", result.error().text);
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace paraph::app

int main(int argc, char** argv) {
  try {
    return paraph::app::main({argv + 1, argv + argc});
  } catch (const std::exception& broken) {
    fmt::print(stderr, "paraph: {}\n", broken.what());
    return EXIT_FAILURE;
  }
}
