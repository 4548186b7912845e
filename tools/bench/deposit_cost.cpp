// What a deposit and a read cost inside the server, without sockets: `paraph_deposit_cost FOLDER [SECONDS]
// [CONNECTIONS] [SENDERS] [READ_SECONDS]`.
#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "media/none/none_media.h"
#include "mime/encoding.h"
#include "service/deposit.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "source/local/local_source.h"
#include "store/rocks/rocks_store.h"

namespace paraph::service {
namespace {

using Steady = std::chrono::steady_clock;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string noise(std::size_t bytes, std::uint64_t seed) {
  std::string octets(bytes, '\0');
  for (auto& octet : octets) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    octet = static_cast<char>(seed >> 56);
  }
  return octets;
}

std::string amr(std::size_t frames) {
  std::string octets = "#!AMR\n";
  for (std::size_t i = 0; i < frames; ++i) octets += '\x3C' + noise(31, i);
  return octets;
}

std::string big_endian(std::uint32_t number) {
  std::string octets;
  for (int shift = 24; shift >= 0; shift -= 8) octets += static_cast<char>(number >> shift);
  return octets;
}

/// A PNG chunk with its CRC-32 (PNG, annex D).
std::string chunk(const std::string& content) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char octet : content) {
    crc ^= static_cast<unsigned char>(octet);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
  }
  return big_endian(static_cast<std::uint32_t>(content.size() - 4)) + content + big_endian(~crc);
}

/// What a reader of headers takes for a picture of 8 KB.
std::string png() {
  return "\x89PNG\r\n\x1A\n" + chunk("IHDR" + big_endian(96) + big_endian(96) + std::string("\x08\0\0\0\0", 5)) +
         chunk("IDAT" + noise(8000, 5)) + chunk("IEND");
}

struct Bench {
  explicit Bench(store::Store& store)
      : world(&store),
        signatures(store, media, world.clock, world.limits),
        local(store),
        acquirer({&local}, std::chrono::milliseconds(150)),
        deposit(store, world.accounts, world.mailboxes, acquirer, random, world.clock, world.limits, policy()) {}
  static DepositPolicy policy() {
    DepositPolicy made;
    made.server_name = "vm.example.org";
    return made;
  }
  void prepare(int senders) {
    done(world.accounts.add_domain("example.org"));
    for (int i = 0; i < senders; ++i) {
      const std::string address = fmt::format("u{}@example.org", i);
      const auto id = done(world.accounts.add({.address = address}));
      SignatureChange change{.text = "Alice Example\nExtension 42", .voice = amr(175)};
      auto set = run(signatures.set(id, address, change));
      if (!set) throw std::runtime_error(set.error().text);
      auto image = run(signatures.set(id, address, {.image = png()}));
      if (!image) throw std::runtime_error(image.error().text);
      accounts.push_back(done(world.accounts.find(address)));
    }
    body = mime::encode_base64(noise(46'000, 1));
  }
  std::string message(std::size_t sender, std::uint64_t number) const {
    std::string text = fmt::format(
        "From: {}\r\nTo: u0@example.org\r\nSubject: voice {}\r\nMessage-ID: <{}.{}@client>\r\nDate: Mon, 23 Nov 2026 "
        "00:00:00 +0000\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
        "text/plain\r\n\r\nlisten\r\n"
        "--b\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\nContent-Duration: 28\r\n\r\n",
        accounts[sender].address, number, sender, number);
    text += mime::encode_base64(fmt::format("{:057}", number));  // so that no two bodies are one blob
    return text + body + "--b--\r\n";
  }
  Task<void> client(std::size_t number, Steady::time_point until) {
    const std::size_t sender = number % accounts.size();
    while (Steady::now() < until) {
      const std::string octets = message(sender, ++sent);
      Receiver receiver(world.store, world.clock, world.limits.message_bytes_max);
      for (std::string_view rest(octets); !rest.empty();) {
        const auto piece = rest.substr(0, 16 * 1024);
        auto fed = co_await receiver.feed(piece);
        ok(std::move(fed));
        rest = rest.substr(piece.size());
      }
      auto received = co_await receiver.finish();
      Transaction transaction{
          .principal = accounts[sender], .received_from = "bench (127.0.0.1)", .protocol = "ESMTPSA"};
      mail::Address from{fmt::format("u{}", sender), "example.org"};
      transaction.reverse_path = from;
      transaction.recipients.push_back({{fmt::format("u{}", (sender + 1) % accounts.size()), "example.org"}});
      auto outcome = co_await deposit.submit(std::move(transaction), ok(std::move(received)));
      const auto made = ok(std::move(outcome));
      if (made.report.kinds() != "text:image:voice" && !kinds_missing.exchange(true)) {
        fmt::print("kinds={} how={} reason={}\n", made.report.kinds(), signature::name_of(made.report.how),
                   made.report.reason);
      }
      ++deposits;
      bytes += octets.size();
    }
  }
  Task<void> read_all(Steady::time_point until) {
    const auto inbox = co_await world.mailboxes.find(accounts[0].id, "INBOX");
    const auto entries = co_await world.mailboxes.entries(inbox->id);
    for (std::size_t i = 0; Steady::now() < until; i = (i + 1) % entries->size()) {
      const auto found = co_await world.messages.load((*entries)[i].message);
      const Messages::Sink sink = [this](std::string_view piece) { return count(piece); };
      const mail::Range all{0, (*found)->structure.size};
      auto read = co_await world.messages.read(*found, all, sink);
      ok(std::move(read));
      ++reads;
    }
  }
  Task<void> count(std::string_view piece) {
    read_bytes += piece.size();
    co_return;
  }

  World world;
  media::none::NoneMedia media;
  Signatures signatures;
  source::local::LocalSource local;
  Acquirer acquirer;
  crypto::SystemRandom random;
  Deposit deposit;
  std::vector<record::Account> accounts;
  std::string body;
  std::atomic<std::uint64_t> sent = 0, deposits = 0, bytes = 0, reads = 0, read_bytes = 0;
  std::atomic<bool> kinds_missing = false;
};

int measure(int arguments, char** values) {
  const auto number = [&](int at, int otherwise) { return arguments > at ? std::atoi(values[at]) : otherwise; };
  store::rocks::Options options;
  options.data_dir = values[1];
  const auto store = store::rocks::open(options);
  if (!store) {
    fmt::print("{}\n", store.error().text);
    return 1;
  }
  Bench bench(**store);
  bench.prepare(number(4, 2));
  const auto begun = Steady::now();
  const auto until = begun + std::chrono::seconds(number(2, 5));
  const double cpu = cpu_seconds();
  const auto counters = (*store)->counters();
  std::vector<std::thread> threads;
  for (std::size_t loop_number = 0; loop_number < 2; ++loop_number) {
    threads.emplace_back([&, loop_number] {
      boost::asio::io_context loop{1};
      for (std::size_t i = loop_number; i < static_cast<std::size_t>(number(3, 20)); i += 2) {
        boost::asio::co_spawn(loop, bench.client(i, until), boost::asio::detached);
      }
      loop.run();
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Steady::now() - begun).count();
  const auto deposits = static_cast<double>(bench.deposits);
  const auto after = (*store)->counters();
  fmt::print("deposits={:.0f}/s cpu={:.0f}us each syncs={:.3f} each{}\n", deposits / seconds,
             (cpu_seconds() - cpu) / deposits * 1e6, static_cast<double>(after.syncs - counters.syncs) / deposits,
             bench.kinds_missing ? " NOT ALL KINDS" : "");
  const double read_cpu = cpu_seconds();
  const int read_seconds = number(5, 2);
  if (read_seconds == 0) return 0;
  run(bench.read_all(Steady::now() + std::chrono::seconds(read_seconds)));
  fmt::print("reads={:.0f} MB/s of cpu time, {:.1f}us each\n",
             static_cast<double>(bench.read_bytes) / (cpu_seconds() - read_cpu) * 1e-6,
             (cpu_seconds() - read_cpu) / static_cast<double>(bench.reads) * 1e6);
  return 0;
}

}  // namespace
}  // namespace paraph::service

int main(int arguments, char** values) {
  if (arguments > 1) return paraph::service::measure(arguments, values);
  fmt::print("usage: paraph_deposit_cost FOLDER [SECONDS] [CONNECTIONS] [SENDERS] [READ_SECONDS]\n");
  return 2;
}
