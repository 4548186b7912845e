// A load generator for SMTP and IMAP on loopback, bounded in count: see README.md. Each command prints one JSON object.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <functional>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include "client.h"
#include "raw.h"
#include "shape.h"

namespace paraph::bench {
namespace {

struct Options {
  int port = 0;
  int deliver_port = 0;
  std::string user = "user%d@example.test";
  std::string to;  // recipients of deposits; "": like `user`
  std::string password = "paraph";
  std::size_t senders = 20;
  std::size_t users = 100;
  std::size_t connections = 20;
  std::size_t count = 2000;
  std::string shape = "voice";
  std::string command;
  std::string folder;
  bool lmtp = false;
  bool auth = false;
};

constexpr std::size_t kMessageBytes = 70'000;  ///< a voice message is shorter

/// Rounds are processes of their own: no recording of one is that of another, or a store that finds equals keeps fewer.
void append_message(std::string& to, const Options& options, std::size_t number) {
  const std::size_t unique = static_cast<std::size_t>(::getpid()) * 100'000 + number;
  options.shape == "voice" ? append_voice_message(to, unique) : append_small_message(to);
}

/// Runs `work(thread, client, latencies)` on one thread a connection, shares `count` among them, and prints rate and
/// percentiles.
void run_shared(const Options& options, const std::function<Client(std::size_t)>& connect,
                const std::function<void(Client&, std::size_t connection, std::size_t number)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex lock;
  std::vector<double> all;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < options.connections; ++i) clients.push_back(connect(i));
  const auto start = SteadyClock::now();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < options.connections; ++i) {
    threads.emplace_back([&, i] {
      std::vector<double> mine;
      for (std::size_t number; (number = next.fetch_add(1)) < options.count;) {
        const auto begun = SteadyClock::now();
        work(clients[i], i, number);
        mine.push_back(milliseconds_since(begun));
      }
      const std::scoped_lock hold(lock);
      all.insert(all.end(), mine.begin(), mine.end());
    });
  }
  threads.clear();
  const double seconds = milliseconds_since(start) / 1000;
  std::printf("{\"count\": %zu, \"seconds\": %.4f, \"rate\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
              options.count, seconds, static_cast<double>(options.count) / seconds, percentile(all, 0.5),
              percentile(all, 0.99));
}

void deposit(const Options& options) {
  const auto sender = [&](std::size_t connection) { return numbered(options.user, connection % options.senders); };
  const std::string& recipients = options.to.empty() ? options.user : options.to;
  run_shared(
      options,
      [&](std::size_t i) { return smtp(options.port, options.auth ? sender(i) : "", options.password, options.lmtp); },
      [&](Client& client, std::size_t connection, std::size_t number) {
        const auto from = sender(connection);
        const auto to = numbered(recipients, number % options.users);
        client.send("MAIL FROM:<" + from + ">\r\nRCPT TO:<" + to + ">\r\nDATA\r\n");
        client.expect('2');
        client.expect('2');
        client.expect('3');
        std::string message;
        message.reserve(kMessageBytes);
        message += "From: <" + from + ">\r\nTo: <" + to + ">\r\nSubject: Message " + std::to_string(number) +
                   "\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" + std::to_string(number) + "." +
                   std::to_string(::getpid()) + "@load.example>\r\n";
        append_message(message, options, number);
        message += ".\r\n";
        client.send(message);
        client.expect('2');
      });
}

void append(const Options& options) {
  run_shared(
      options,
      [&](std::size_t i) { return imap(options.port, numbered(options.user, i % options.users), options.password); },
      [&](Client& client, std::size_t, std::size_t number) {
        auto octets = "From: <a@load.example>\r\nSubject: Message " + std::to_string(number) + "\r\n";
        append_message(octets, options, number);
        client.send("b APPEND INBOX {" + std::to_string(octets.size()) + "+}\r\n" + octets + "\r\n");
        client.imap("b");
      });
}

void command(const Options& options) {
  Client client = imap(options.port, numbered(options.user, 0), options.password);
  client.send("s SELECT INBOX\r\n");
  client.imap("s");
  std::vector<double> all;
  Client::Answer total;
  for (std::size_t i = 0; i < options.count; ++i) {
    const auto begun = SteadyClock::now();
    client.send("c " + options.command + "\r\n");
    const auto answer = client.imap("c");
    all.push_back(milliseconds_since(begun));
    total.fetches += answer.fetches;
    total.octets += answer.octets;
  }
  double seconds = 0;
  for (const double ms : all) seconds += ms / 1000;
  std::printf(
      "{\"count\": %zu, \"seconds\": %.4f, \"fetches\": %zu, \"octets\": %zu, \"fetches_per_s\": %.1f, \"mb_per_s\": "
      "%.1f, \"p50_ms\": %.3f}\n",
      options.count, seconds, total.fetches, total.octets, static_cast<double>(total.fetches) / seconds,
      static_cast<double>(total.octets) / 1e6 / seconds, percentile(all, 0.5));
}

void login(const Options& options) {
  std::vector<double> all;
  const auto start = SteadyClock::now();
  for (std::size_t i = 0; i < options.count; ++i) {
    const auto begun = SteadyClock::now();
    Client client = imap(options.port, numbered(options.user, i % options.users), options.password);
    client.send("z LOGOUT\r\n");
    client.imap("z");
    all.push_back(milliseconds_since(begun));
  }
  const double seconds = milliseconds_since(start) / 1000;
  std::printf("{\"count\": %zu, \"rate\": %.1f, \"p50_ms\": %.3f}\n", options.count,
              static_cast<double>(options.count) / seconds, percentile(all, 0.5));
}

/// Opens `connections` in IDLE, prints a line (the caller then weighs the server), waits for a line, then delivers
/// `count` messages to some of them and times from the 250 to the untagged EXISTS.
void idle(const Options& options) {
  std::vector<Client> waiting;
  for (std::size_t i = 0; i < options.connections; ++i) {
    waiting.push_back(imap(options.port, numbered(options.user, i % options.users), options.password));
    waiting.back().send("s SELECT INBOX\r\n");
    waiting.back().imap("s");
    waiting.back().send("i IDLE\r\n");
    if (!waiting.back().line().starts_with('+')) die("IDLE was refused");
  }
  std::printf("{\"idle\": %zu}\n", waiting.size());
  std::fflush(stdout);
  std::string go;
  std::getline(std::cin, go);
  std::vector<double> all;
  if (options.deliver_port != 0) {
    Client sender = smtp(options.deliver_port, "", "", false);
    std::mt19937 random(1);
    const std::size_t distinct = std::min(options.connections, options.users);
    for (std::size_t i = 0; i < options.count; ++i) {
      const std::size_t who = random() % distinct;
      sender.send("MAIL FROM:<>\r\nRCPT TO:<" + numbered(options.user, who) + ">\r\nDATA\r\n");
      sender.expect('2');
      sender.expect('2');
      sender.expect('3');
      SteadyClock::time_point told;
      std::jthread listener([&] {
        while (waiting[who].line().find(" EXISTS") == std::string_view::npos) {
        }
        told = SteadyClock::now();
      });
      std::string message = "Subject: wake\r\n";
      append_small_message(message);
      sender.send(message + ".\r\n");
      sender.expect('2');
      const auto accepted = SteadyClock::now();
      listener.join();
      all.push_back(std::max(0.0, std::chrono::duration<double, std::milli>(told - accepted).count()));
    }
  }
  std::printf("{\"notices\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n", all.size(), percentile(all, 0.5),
              percentile(all, 0.99));
}

}  // namespace
}  // namespace paraph::bench

int main(int argc, char** argv) {
  using namespace paraph::bench;
  Options options;
  CLI::App app("Load on loopback, bounded in count");
  app.require_subcommand(1);
  const auto verb = [&](const char* name, const char* help, void (*run)(const Options&)) {
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("--port", options.port)->required();
    sub->add_option("--deliver-port", options.deliver_port);
    sub->add_option("--user", options.user, "with one %d for the number");
    sub->add_option("--to", options.to, "recipients of deposits, where they are not the users");
    sub->add_option("--password", options.password);
    sub->add_option("--senders", options.senders);
    sub->add_option("--users", options.users);
    sub->add_option("--connections", options.connections);
    sub->add_option("--count", options.count);
    sub->add_option("--shape", options.shape)->check(CLI::IsMember({"voice", "small"}));
    sub->add_option("--command", options.command);
    sub->add_flag("--lmtp", options.lmtp);
    sub->add_flag("--auth", options.auth);
    sub->callback([&options, run] { run(options); });
  };
  verb("deposit", "messages by SMTP submission (--auth), MX or LMTP", deposit);
  verb("append", "messages by IMAP APPEND", append);
  verb("command", "one IMAP command, again and again", command);
  verb("login", "connect, LOGIN, LOGOUT", login);
  verb("idle", "connections in IDLE, and how fast they are told", idle);
  auto* raw = app.add_subcommand("raw", "what the machine can do: grouped append + sync, loopback TCP");
  raw->add_option("--folder", options.folder)->required();
  raw->callback([&options] { print_raw_figures(options.folder); });
  auto* media = app.add_subcommand("media", "writes the signature's files");
  media->add_option("--folder", options.folder)->required();
  media->callback([&options] { write_signature(options.folder); });
  CLI11_PARSE(app, argc, argv);
}
