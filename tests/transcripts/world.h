#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/clock.h"
#include "crypto/credential_cache.h"
#include "crypto/random.h"
#include "media/none/none_media.h"
#include "net/gate.h"
#include "net/memory/memory_stream.h"
#include "service/accounts.h"
#include "service/acquire.h"
#include "service/deposit.h"
#include "service/greetings.h"
#include "service/limits.h"
#include "service/mailboxes.h"
#include "service/messages.h"
#include "service/policies.h"
#include "service/signatures.h"
#include "session/imap/server.h"
#include "session/sasl/login.h"
#include "session/smtp/server.h"
#include "source/local/local_source.h"
#include "store/memory/memory_store.h"

namespace paraph::transcripts {

/// A whole server in memory: domain example.test, accounts alice (the postmaster) and bob with the password "paraph", a clock that
/// stands at 2026-01-02 03:04:05 UTC. One thread; run() turns its event loop until nobody has anything left to do.
class World {
 public:
  explicit World(const Limits& limits);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void run();
  /// Runs a coroutine to its end, and everything that it sets off.
  template <class T>
  T get(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr error;
    boost::asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& failed, T result) {
      error = failed;
      value.emplace(std::move(result));
    });
    run();
    if (error) std::rethrow_exception(error);
    if (!value) throw std::runtime_error("the world stands still before an answer came");
    return std::move(*value);
  }
  /// The value, or an exception with the failure's sentence.
  template <class T>
  T need(Task<Result<T>> task) {
    auto result = get(std::move(task));
    if (!result) throw std::runtime_error(result.error().text);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  /// Puts a message straight into a mailbox.
  void put_message(const std::string& account, const std::string& mailbox, std::string_view octets, mail::Flags flags);
  /// Starts a session of this kind (README) on `stream`.
  void serve(const std::string& kind, std::unique_ptr<net::Stream> stream);

  Limits limits;
  boost::asio::io_context context;
  FakeClock clock;
  crypto::SeededRandom random{1};
  store::memory::MemoryStore store;
  service::Accounts accounts;
  service::Mailboxes mailboxes;
  service::Messages messages;
  media::none::NoneMedia media;
  service::Signatures signatures;
  source::local::LocalSource local;
  service::Acquirer acquirer;
  service::Deposit deposit;
  service::Guesses guesses;
  service::Policies policies;
  service::Greetings greetings;
  crypto::CredentialCache cache;
  net::TlsSlot tls;
  net::Gate gate;
  sasl::LoginServices logins;
  session_smtp::Server smtp;
  session_imap::Server imap;
  std::uint32_t pauses = 0;  ///< how often a failed log-in was made to wait

 private:
  Task<void> count_pause();
};

}  // namespace paraph::transcripts
