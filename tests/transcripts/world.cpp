#include "world.h"

#include "crypto/password.h"
#include "service/receive.h"

namespace paraph::transcripts {
namespace {

using namespace std::chrono;
constexpr auto kNow = sys_days(year(2026) / 1 / 2) + hours(3) + minutes(4) + seconds(5);

Task<bool> check_here(std::optional<crypto::Verifier> verifier, std::string password) {
  if (verifier) co_return crypto::check_password(*verifier, password);
  crypto::waste_password_check(password, crypto::kTestCost);
  co_return false;
}

/// Argon2id costs enough to make it once for all worlds.
const record::Verifier& paraph_verifier() {
  static const record::Verifier kMade = [] {
    crypto::SeededRandom random(7);
    auto made = crypto::make_verifier("paraph", random, crypto::kTestCost).value();
    return record::Verifier{.argon2 = made.argon2,
                            .scram_salt = made.scram_salt,
                            .stored_key = made.stored_key,
                            .server_key = made.server_key,
                            .scram_iterations = made.scram_iterations};
  }();
  return kMade;
}

service::DepositPolicy policy() {
  service::DepositPolicy policy;
  policy.server_name = "vm.example.test";
  policy.postmaster = {"alice", "example.test"};
  return policy;
}

}  // namespace

World::World(const Limits& chosen)
    : limits(chosen),
      clock(kNow),
      accounts(store, clock, limits),
      mailboxes(store, clock, limits),
      messages(store, 1 << 20),
      signatures(store, media, clock, limits, &mailboxes),
      local(store),
      acquirer({&local}, seconds(1)),
      deposit(store, accounts, mailboxes, acquirer, random, clock, limits, policy()),
      guesses(clock, limits),
      policies(store),
      greetings(store, mailboxes, signatures, policies, limits),
      cache(clock, random),
      logins{.accounts = accounts,
             .cache = cache,
             .random = random,
             .limits = limits,
             .check_password = check_here,
             .pause = [this](milliseconds) { return count_pause(); },
             .unknown_user_key = "a secret"},
      smtp{.name = "vm.example.test",
           .store = store,
           .accounts = accounts,
           .deposit = deposit,
           .logins = logins,
           .tls = tls,
           .gate = gate,
           .random = random,
           .clock = clock,
           .limits = limits,
           .guesses = guesses},
      imap{.name = "vm.example.test",
           .version = "1",
           .store = store,
           .mailboxes = mailboxes,
           .messages = messages,
           .signatures = signatures,
           .greetings = greetings,
           .logins = logins,
           .tls = tls,
           .gate = gate,
           .clock = clock,
           .limits = limits} {
  tls.set(net::memory::tls_context());
  need(accounts.add_domain("example.test"));
  for (const auto* name : {"alice", "bob"}) {
    need(accounts.add({.address = name + std::string("@example.test"), .name = name, .verifier = paraph_verifier()}));
  }
}

World::~World() { run(); }

Task<void> World::count_pause() {
  ++pauses;
  co_return;
}

void World::run() {
  context.restart();
  while (context.poll() != 0) context.restart();
}

void World::put_message(const std::string& account, const std::string& mailbox, std::string_view octets,
                        mail::Flags flags) {
  const auto owner = need(accounts.find(account));
  const auto target = need(mailboxes.find(owner.id, mailbox));
  service::Receiver receiver(store, clock, limits.message_bytes_max);
  need(receiver.feed(octets));
  auto message = need(receiver.finish());
  std::vector<service::Target> targets{
      {.account = owner.id, .mailbox = target.id, .flags = std::move(flags), .internal_date = clock.now()}};
  need(mailboxes.append(std::move(message), std::move(targets)));
}

void World::serve(const std::string& kind, std::unique_ptr<net::Stream> stream) {
  using session_smtp::Role;
  const auto executor = context.get_executor();
  const auto start = [&](Task<void> task) { net::spawn(gate, executor, "session", std::move(task)); };
  if (kind == "submission") return start(session_smtp::serve(smtp, Role::Submission, std::move(stream)));
  if (kind == "submissions") return start(session_smtp::serve(smtp, Role::Submissions, std::move(stream)));
  if (kind == "mx") return start(session_smtp::serve(smtp, Role::Mx, std::move(stream)));
  if (kind == "lmtp") return start(session_smtp::serve(smtp, Role::Lmtp, std::move(stream)));
  if (kind == "imap") return start(session_imap::serve(imap, session_imap::Tls::StartTls, std::move(stream)));
  if (kind == "imaps") return start(session_imap::serve(imap, session_imap::Tls::Implicit, std::move(stream)));
  throw std::runtime_error("no such kind of connection: " + kind);
}

}  // namespace paraph::transcripts
