#include "server.h"

#include <fmt/format.h>

#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "mime/encoding.h"
#include "mime/field.h"

namespace paraph::checklist {
namespace {

std::mutex log_mutex;
std::vector<std::string> log_lines;

void keep_line(Level, std::string_view line) {
  const std::lock_guard lock(log_mutex);
  log_lines.emplace_back(line);
}

/// The last line of a reply.
std::string read_reply(transcripts::Client& client) {
  for (;;) {
    auto line = client.read_line();
    if (!line) throw std::runtime_error("no reply came");
    if (line->size() < 4 || (*line)[3] != '-') return *line;
  }
}

std::string ask(transcripts::Client& client, std::string line) {
  client.send(std::move(line) + "\r\n");
  return read_reply(client);
}

}  // namespace

Server::Server(const Limits& limits)
    : world(limits), signatures_(world.store, media_, world.clock, world.limits), local_(world.store) {
  use(local_);
  set_log_sink(keep_line);
  take_log();
}

Server::~Server() { set_log_sink(nullptr); }

void Server::use(source::Source& source, service::OnFailure on_failure) {
  acquirer_.emplace(std::vector<source::Source*>{&source}, std::chrono::milliseconds(50));
  deposit_with(*acquirer_, on_failure);
}

void Server::deposit_with(service::Acquirer& acquirer, service::OnFailure on_failure) {
  service::DepositPolicy policy;
  policy.server_name = "vm.example.test";
  policy.on_failure = on_failure;
  policy.attach.message_bytes_max = world.limits.message_bytes_max;
  world.deposit = service::Deposit(world.store, world.accounts, world.mailboxes, acquirer, world.random, world.clock,
                                   world.limits, policy);
}

void Server::sign_with(service::SignatureChange change, const std::string& account) {
  const auto owner = world.need(world.accounts.find(account));
  world.need(signatures_.set(owner.id, owner.address, std::move(change)));
}

std::string Server::submit(std::string_view message, const std::string& user,
                           const std::optional<std::string>& reverse_path) {
  transcripts::Client client(world, "submission", transcripts::Cut::AsWritten, true);
  read_reply(client);
  ask(client, "EHLO client.example");
  std::string secret = "0" + user + "@example.test0paraph";
  secret.front() = '\0';
  secret[secret.size() - 7] = '\0';
  ask(client, "AUTH PLAIN " + mime::encode_base64(secret, 0, false));
  return send(client, message, reverse_path.value_or(user + "@example.test"), false);
}

std::string Server::bring(std::string_view message, const std::string& kind) {
  transcripts::Client client(world, kind, transcripts::Cut::AsWritten, true);
  read_reply(client);
  ask(client, (kind == "lmtp" ? "LHLO " : "EHLO ") + std::string("relay.example"));
  return send(client, message, "someone@elsewhere.example", kind == "lmtp");
}

std::string Server::send(transcripts::Client& client, std::string_view message, const std::string& from, bool) {
  auto reply = ask(client, fmt::format("MAIL FROM:<{}>", from));
  if (!reply.starts_with("250")) return reply;
  reply = ask(client, "RCPT TO:<bob@example.test>");
  if (!reply.starts_with("250")) return reply;
  client.send(fmt::format("BDAT {} LAST\r\n{}", message.size(), message));
  return read_reply(client);
}

std::string Server::append(const std::string& user, const std::string& mailbox, std::string_view message,
                           std::string_view flags) {
  transcripts::Client client(world, "imap", transcripts::Cut::AsWritten, true);
  const auto tagged = [&] {
    for (;;) {
      auto line = client.read_line();
      if (!line) throw std::runtime_error("no reply came");
      if (line->starts_with("t ") || line->starts_with("+")) return *line;
    }
  };
  client.send(fmt::format("t LOGIN {}@example.test paraph\r\n", user));
  tagged();
  client.send(fmt::format("t APPEND {} ({}) {{{}}}\r\n", mailbox, flags, message.size()));
  if (const auto line = tagged(); !line.starts_with("+")) return line;
  client.send(std::string(message) + "\r\n");
  return tagged();
}

std::string Server::keyword(std::string_view name) {
  transcripts::Client client(world, "submission", transcripts::Cut::AsWritten, true);
  read_reply(client);
  client.send("EHLO client.example\r\n");
  while (auto line = client.read_line()) {
    const auto word = std::string_view(*line).substr(std::min<std::size_t>(4, line->size()));
    if (word.starts_with(name)) return std::string(word);
  }
  return "";
}

std::uint32_t Server::messages(const std::string& account, const std::string& mailbox) {
  const auto owner = world.need(world.accounts.find(account));
  return world.need(world.mailboxes.find(owner.id, mailbox)).messages;
}

std::string Server::newest(const std::string& account, const std::string& mailbox) {
  const auto owner = world.need(world.accounts.find(account));
  const auto box = world.need(world.mailboxes.find(owner.id, mailbox));
  const auto entries = world.need(world.mailboxes.entries(box.id));
  if (entries.empty()) return "(none)";
  const auto found = world.need(world.messages.load(entries.back().message));
  const mail::Range all{0, found->structure.size};
  return world.need(world.messages.read_all(found, all, 100 << 20));
}

std::vector<std::string> Server::take_log() {
  const std::lock_guard lock(log_mutex);
  return std::exchange(log_lines, {});
}

std::vector<std::string> paraph_fields(std::string_view message) {
  std::vector<std::string> values;
  for (const auto& field : mime::Fields(message.substr(0, message.find("\r\n\r\n") + 4))) {
    if (field.name == "Paraph-Signature") values.push_back(mime::unfold(field.value));
  }
  return values;
}

std::string_view from_on(std::string_view message) {
  const auto at = message.find("\r\nFrom: ");
  return at == std::string_view::npos ? std::string_view() : message.substr(at + 2);
}

}  // namespace paraph::checklist
