#include "app/demo.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/demo_files.h"
#include "app/shell.h"

namespace paraph::app {
namespace {

constexpr std::string_view kDomain = "example.test";
constexpr std::string_view kPassword = "paraph";

struct User {
  std::string_view address, name;
};
constexpr User kUsers[] = {{"alice@example.test", "Alice Example"}, {"bob@example.test", "Bob Example"}};

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string configuration(const std::filesystem::path& folder) {
  return fmt::format(
      "# What `paraph serve --demo` runs with; written anew at each start.\n"
      "[server]\n"
      "name = \"vm.example.test\"\n"
      "data_dir = {}\n"
      "postmaster = \"alice@example.test\"\n"
      "[listen]\n"
      "mx = \"127.0.0.1:2525\"\n"
      "submission = \"127.0.0.1:2587\"\n"
      "imap = \"127.0.0.1:1143\"\n"
      "http = \"127.0.0.1:8080\"\n",
      toml_text(folder.string()));
}

Result<void> write_file(const std::filesystem::path& file, std::string_view octets) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << octets;
  stream.close();
  if (stream.good()) return {};
  return fail(Code::Unavailable, fmt::format("{}: cannot be written: {}: choose another folder with --data-dir",
                                             file.string(), std::strerror(errno)));
}

Task<Result<void>> add_user(Services& services, User user) {
  const auto found = co_await services.accounts.find(std::string(user.address));
  if (found) co_return Result<void>();
  if (found.error().code != Code::NotFound) co_return fail(Code(found.error().code), found.error().text);
  admin::Request request{
      "account add",
      {{"address", std::string(user.address)}, {"name", std::string(user.name)}, {"password", std::string(kPassword)}}};
  auto added = co_await services.verbs.run(std::move(request), &ignore_line);
  co_return added;
}

Task<Result<void>> add_signature(Services& services) {
  PARAPH_CO_TRY(const auto alice, co_await services.accounts.find(std::string(kUsers[0].address)));
  PARAPH_CO_TRY(const auto head, co_await services.signatures.head(alice.id));
  if (head.current != 0 || !head.past.empty()) co_return Result<void>();  // somebody changed or cleared it: theirs
  service::SignatureChange change{.text = "Alice Example\nExample Company, 12 Harbour Street",
                                  .html = std::nullopt,
                                  .voice = std::string(demo_voice()),
                                  .image = std::string(demo_picture())};
  PARAPH_CO_CHECK(co_await services.signatures.set(alice.id, alice.address, std::move(change)));
  co_return Result<void>();
}

}  // namespace

Result<Config> prepare_demo_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(folder, error).lexically_normal();
  if (error) return fail(Code::Unavailable, fmt::format("{}: {}", folder.string(), error.message()));
  PARAPH_CHECK(make_private_folder(absolute));
  const auto text = configuration(absolute);
  PARAPH_CHECK(write_file(absolute / "paraph.toml", text));
  PARAPH_CHECK(write_file(absolute / "message.opus", demo_message()));
  return parse_config(text, (absolute / "paraph.toml").string());
}

Task<Result<void>> prepare_demo_accounts(Services& services) {
  auto added = co_await services.accounts.add_domain(std::string(kDomain));
  if (!added && added.error().code != Code::Exists) co_return fail(std::move(added));
  for (const auto& user : kUsers) {
    PARAPH_CO_CHECK(co_await add_user(services, user));
  }
  PARAPH_CO_CHECK(co_await add_signature(services));
  co_return Result<void>();
}

std::string demo_commands(const std::filesystem::path& program, const std::filesystem::path& folder) {
  std::error_code ignored;
  const auto data = std::filesystem::absolute(folder, ignored).lexically_normal();
  const auto paraph = shell_word(program.string());
  const auto alice = fmt::format("--server 127.0.0.1:2587 --user {} --password-stdin", kUsers[0].address);
  const auto bob = fmt::format("--server 127.0.0.1:1143 --user {} --password-stdin", kUsers[1].address);
  return fmt::format(
      "\n"
      "This is the demo: domain {domain}, accounts {alice_address} and {bob_address}, password {password}.\n"
      "SMTP submission is at 127.0.0.1:2587, IMAP at 127.0.0.1:1143, HTTP at 127.0.0.1:8080, all in clear. Try, in "
      "another terminal:\n"
      "\n"
      "  Alice leaves Bob a voice message:\n"
      "    printf {password} | {paraph} send {alice} --to {bob_address} --subject 'Please call me' --voice {message}\n"
      "  Bob looks at his voice mailbox; the message was signed on its way:\n"
      "    printf {password} | {paraph} inbox {bob}\n"
      "  Bob keeps it: the recording, and Alice's text, voice and picture:\n"
      "    printf {password} | {paraph} save {bob} --uid 1 --dir {saved}\n"
      "  The signature that was attached:\n"
      "    {paraph} signature show {alice_address} --config {config}\n"
      "  The same over HTTP:\n"
      "    curl -s --user {alice_address}:{password} http://127.0.0.1:8080/api/v1/signature\n"
      "\n"
      "Ctrl-C ends the demo; its data stay in {data}.\n\n",
      fmt::arg("domain", kDomain), fmt::arg("alice_address", kUsers[0].address),
      fmt::arg("bob_address", kUsers[1].address), fmt::arg("password", kPassword), fmt::arg("paraph", paraph),
      fmt::arg("alice", alice), fmt::arg("bob", bob), fmt::arg("message", shell_word((data / "message.opus").string())),
      fmt::arg("saved", shell_word((data / "message-1").string())),
      fmt::arg("config", shell_word((data / "paraph.toml").string())), fmt::arg("data", data.string()));
}

}  // namespace paraph::app
