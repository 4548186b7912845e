#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "crypto/credential_cache.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "net/stream.h"
#include "record/codec.h"
#include "service/accounts.h"
#include "service/limits.h"
#include "session/sasl/mechanism.h"

namespace paraph::sasl {

/// Is this the password? On a worker pool, a bounded number at once (crypto::check_password). nullopt: no such user,
/// and the same time is spent (crypto::waste_password_check). Throws net::Overloaded when the pool's queue is full.
using PasswordCheck = std::function<Task<bool>(std::optional<crypto::Verifier>, std::string password)>;

/// Waits so long before a failed log-in is answered. By constructor, so that tests need not wait.
using Pause = std::function<Task<void>(std::chrono::milliseconds)>;

/// What the log-ins of all protocols share; outlives the sessions. Any event loop.
struct LoginServices {
  service::Accounts& accounts;
  crypto::CredentialCache& cache;
  crypto::Random& random;
  const Limits& limits;
  PasswordCheck check_password;
  Pause pause;
  std::string unknown_user_key;       ///< sasl::Context
  bool plaintext_on_loopback = true;  ///< `[auth]`: log-in without TLS from 127.0.0.0/8 and ::1
  /// Told of each log-in, on its event loop: what the account may need soon can be got ready. Does not wait.
  std::function<void(const std::string& address, const Executor& executor)> logged_in = {};
  /// Connections of all listeners that should log in and have not (`sessions_unauthenticated_max`).
  std::atomic<std::uint32_t> strangers{0};
};

/// One connection that has not logged in yet, counted while this lives.
class Stranger {
 public:
  explicit Stranger(LoginServices& services) : services_(services), number_(++services.strangers) {}
  ~Stranger() { --services_.strangers; }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  /// There are more than the limit: turn this one away.
  bool one_too_many() const { return number_ > services_.limits.sessions_unauthenticated_max; }

 private:
  LoginServices& services_;
  const std::uint32_t number_;
};

/// May a client log in on this connection as it is now? Under TLS, or from loopback where the operator allows it.
bool may_log_in(const LoginServices& services, const net::Stream& stream);

/// What a mechanism needs to know of this connection.
Context context_for(const LoginServices& services, const net::Stream& stream);

/// How a protocol carries an exchange: SMTP's "334 ", IMAP's "+ ".
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  /// Sends a challenge, in base64 without CRLF, and waits for the client's line, without its CRLF.
  virtual Task<std::string> ask(std::string challenge) = 0;
};

/// Who tries to log in, for the one log line that each outcome gets.
struct Attempt {
  const char* protocol = "";  ///< a literal: "imap", "submission"
  std::string mechanism;
  std::uint32_t failures_before = 0;  ///< on this connection: each makes the next answer later
};

/// Drives one exchange to its end. The references live until it answers. BadInput: malformed or aborted (501, BAD).
/// Unauthenticated: not let in, after a pause (535, NO [AUTHENTICATIONFAILED]). Unavailable: the password pool is full.
Task<Result<record::Account>> authenticate(LoginServices& services, const net::Stream& stream, Attempt attempt,
                                           Mechanism& mechanism, Step first, Dialogue& dialogue);

/// IMAP's LOGIN: a name and a password at once. Codes as above.
Task<Result<record::Account>> log_in(LoginServices& services, const net::Stream& stream, Attempt attempt,
                                     std::string user, std::string password);

}  // namespace paraph::sasl
