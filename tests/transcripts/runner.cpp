#include "runner.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.h"
#include "sasl_client.h"

namespace paraph::transcripts {
namespace {

[[noreturn]] void fail_with(const std::string& what) { throw std::runtime_error(what); }

/// Directives take the client's name first, if it has one: a digit.
std::string take_name(std::vector<std::string>& words) {
  if (words.empty() || words.front().size() != 1 || !is_digit(words.front().front())) return "";
  auto name = words.front();
  words.erase(words.begin());
  return name;
}

mail::Flags flags_of(const std::vector<std::string>& words) {
  mail::Flags flags;
  for (const auto& word : words) {
    if (word == "\\Seen")
      flags.set(mail::Flag::Seen);
    else if (word == "\\Deleted")
      flags.set(mail::Flag::Deleted);
    else if (word == "\\Flagged")
      flags.set(mail::Flag::Flagged);
    else if (word == "\\Answered")
      flags.set(mail::Flag::Answered);
    else if (word == "\\Draft")
      flags.set(mail::Flag::Draft);
    else
      flags.keywords.push_back(word);
  }
  return flags;
}

}  // namespace

void Runner::play(const std::vector<Step>& steps) {
  for (const auto& step : steps) {
    try {
      play_step(step);
    } catch (const std::exception& error) {
      fail_with("line " + std::to_string(step.line) + ": " + error.what());
    }
  }
  for (const auto& [name, client] : clients_) {
    if (!client->unread().empty()) fail_with("at the end, client " + name + " was still told: " + client->unread());
  }
  clients_.clear();
  world().run();
  if (world().gate.running() != 0) fail_with("a session goes on after its client has gone");
}

void Runner::play_step(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Send:
      return client(step.client).send(expand(step.text, kept_));
    case Step::Kind::Expect:
      return expect(step);
    case Step::Kind::ExpectLater:
      return expect_later(step);
    case Step::Kind::Directive:
      return direct(step);
  }
}

void Runner::expect(const Step& step) {
  const auto line = client(step.client).read_line();
  if (!line) fail_with("nothing came, expected: " + step.text + (client(step.client).ended() ? " (closed)" : ""));
  if (!matches(step.text, *line, kept_)) fail_with("got: " + printable(*line, 2000) + "\n expected: " + step.text);
}

void Runner::expect_later(const Step& step) {
  std::string passed;
  while (const auto line = client(step.client).read_line()) {
    if (matches(step.text, *line, kept_)) return;
    passed += "\n   " + printable(*line);
  }
  fail_with("never came: " + step.text + "\n passed over:" + passed);
}

void Runner::direct(const Step& step) {
  auto words = step.words;
  const auto& verb = step.text;
  if (verb == "limit") return set_limit(words.at(0), parse_decimal(words.at(1)).value());
  if (verb == "open") return open(words);
  if (verb == "message") return put_message(step);
  if (verb == "stop") return world().gate.stop();
  if (verb == "no-tls") return world().tls.set(nullptr);
  if (verb == "pauses") {
    if (std::to_string(world().pauses) != words.at(0)) fail_with("pauses: " + std::to_string(world().pauses));
    return;
  }
  if (verb == "quota") {
    const auto owner = world().need(world().accounts.find(words.at(0)));
    return world().need(world().accounts.set_quota(owner.id, parse_decimal(words.at(1)).value(), 0));
  }
  if (verb == "large") return;  // transcripts_test.cpp
  const auto name = take_name(words);
  if (verb == "login") return log_in(name, words.at(0));
  if (verb == "auth") return authenticate(name, words, true);
  if (verb == "auth-failed") return authenticate(name, words, false);
  if (verb == "tls") return client(name).start_tls();
  if (verb == "silent") return check_silence(name);
  if (verb == "poke") return client(name).poke();
  if (verb == "close") return client(name).close();
  if (verb == "pass") return client(name).pass(std::chrono::seconds(parse_decimal(words.at(0)).value()));
  if (verb == "clock") return world().clock.advance(std::chrono::seconds(parse_decimal(words.at(0)).value()));
  if (verb == "closed") {
    check_silence(name);
    if (!client(name).ended()) fail_with("the connection is still open");
    return;
  }
  fail_with("no such directive: @" + verb);
}

void Runner::open(const std::vector<std::string>& given) {
  auto words = given;
  const auto name = take_name(words);
  const bool loopback = std::ranges::find(words, "remote") == words.end();
  clients_[name] = std::make_unique<Client>(world(), words.at(0), cut_, loopback);
  kinds_[name] = words.at(0);
}

void Runner::log_in(const std::string& name, const std::string& user) {
  clients_[name] = std::make_unique<Client>(world(), "imap", cut_, true);
  auto& opened = client(name);
  opened.send("login LOGIN " + user + " paraph\r\n");
  std::optional<std::string> last;
  while (auto line = opened.read_line()) last = std::move(line);
  if (!last || !last->starts_with("login OK")) fail_with("the log-in failed");
}

void Runner::authenticate(const std::string& name, const std::vector<std::string>& words, bool succeeds) {
  auto& opened = client(name);
  const bool imap = kinds_[name].starts_with("imap");
  const std::string challenge_start = imap ? "+ " : "334 ";
  SaslClient sasl(words.at(0), words.at(1), words.at(2), opened.binding());
  opened.send((imap ? "auth AUTHENTICATE " : "AUTH ") + words.at(0) + "\r\n");
  for (;;) {
    const auto line = opened.read_line();
    if (!line) fail_with("no answer to AUTH");
    if (line->starts_with(challenge_start)) {
      opened.send(sasl.answer(line->substr(challenge_start.size())) + "\r\n");
      continue;
    }
    const bool done = line->starts_with(imap ? "auth OK" : "235");
    if (done != succeeds) fail_with("got: " + *line);
    return;
  }
}

void Runner::put_message(const Step& step) {
  auto words = step.words;
  const auto account = words.at(0);
  const auto mailbox = words.at(1);
  words.erase(words.begin(), words.begin() + 2);
  world().put_message(account, mailbox, step.body, flags_of(words));
  world().run();
}

void Runner::set_limit(const std::string& name, std::uint64_t value) {
  if (world_) fail_with("@limit comes before everything else");
  const auto small = static_cast<std::uint32_t>(value);
  if (name == "message_bytes_max")
    limits_.message_bytes_max = value;
  else if (name == "signature_growth_bytes_max")
    limits_.signature_growth_bytes_max = value;
  else if (name == "recipients_max")
    limits_.recipients_max = small;
  else if (name == "messages_per_connection_max")
    limits_.messages_per_connection_max = small;
  else if (name == "recipients_per_connection_max")
    limits_.recipients_per_connection_max = small;
  else if (name == "recipient_guesses_max")
    limits_.recipient_guesses_max = small;
  else if (name == "bad_commands_max")
    limits_.bad_commands_max = small;
  else if (name == "idle_commands_max")
    limits_.idle_commands_max = small;
  else if (name == "auth_failures_max")
    limits_.auth_failures_max = small;
  else if (name == "sessions_unauthenticated_max")
    limits_.sessions_unauthenticated_max = small;
  else if (name == "received_max")
    limits_.received_max = small;
  else if (name == "tombstones_max")
    limits_.tombstones_max = small;
  else
    fail_with("no such limit: " + name);
}

void Runner::check_silence(const std::string& name) {
  if (!client(name).unread().empty()) fail_with("was told: " + printable(client(name).unread(), 2000));
}

Client& Runner::client(const std::string& name) {
  const auto found = clients_.find(name);
  if (found == clients_.end()) fail_with("nobody opened connection " + name);
  return *found->second;
}

World& Runner::world() {
  if (!world_) world_ = std::make_unique<World>(limits_);
  return *world_;
}

}  // namespace paraph::transcripts
