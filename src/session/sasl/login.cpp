#include "session/sasl/login.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/text.h"

namespace paraph::sasl {
namespace {

constexpr std::chrono::milliseconds kPauseFirst{500};
constexpr std::uint32_t kPausesMax = 6;

crypto::Verifier verifier_of(const record::Account& account) {
  const auto& stored = account.verifier;
  return {.argon2 = stored.argon2,
          .scram_salt = stored.scram_salt,
          .scram_iterations = stored.scram_iterations,
          .stored_key = stored.stored_key,
          .server_key = stored.server_key};
}

/// A name no account can have is not worth a look into the store.
bool plausible(const std::string& user) {
  return !user.empty() && user.size() <= kNameBytesMax && user.find('\0') == std::string::npos;
}

Task<std::optional<record::Account>> find_account(LoginServices& services, std::string user) {
  if (!plausible(user)) co_return std::nullopt;
  auto account = co_await services.accounts.find(std::move(user));
  if (account) co_return std::move(*account);
  if (account.error().code == Code::NotFound || account.error().code == Code::BadInput) co_return std::nullopt;
  throw std::runtime_error("the account cannot be read: " + account.error().text);
}

/// Unavailable: too many passwords are being checked already.
Task<Result<bool>> password_is_right(LoginServices& services, std::optional<record::Account> account,
                                     std::string password) try {
  std::optional<crypto::Verifier> verifier;
  if (account) verifier = verifier_of(*account);
  if (account && services.cache.knows(account->address, *verifier, password)) co_return true;
  const bool right = co_await services.check_password(verifier, password);
  if (right && account) services.cache.remember(account->address, *verifier, password);
  co_return right&& account;
} catch (const net::Overloaded&) {
  co_return fail(Code::Unavailable, "too many clients are logging in, try again later");
}

/// The one line of each outcome.
void tell(const net::Stream& stream, const Attempt& attempt, std::string_view user, std::string_view outcome) {
  log(Level::Info, "login {} protocol={} mechanism={} user={} address={} tls={}", outcome, attempt.protocol,
      attempt.mechanism, printable(user, kNameBytesMax), stream.peer().address(), stream.encrypted() ? "yes" : "no");
}

/// The log-in went well.
Task<record::Account> let_in(LoginServices& services, const net::Stream& stream, const Attempt& attempt,
                             std::string_view user, record::Account account) {
  tell(stream, attempt, user, "accepted");
  const Executor executor = co_await boost::asio::this_coro::executor;
  if (services.logged_in) services.logged_in(account.address, executor);
  co_return account;
}

Task<Result<record::Account>> turn_away(LoginServices& services, const net::Stream& stream, Attempt attempt,
                                        std::string user, std::string why) {
  tell(stream, attempt, user, "refused reason=\"" + printable(why) + "\"");
  const auto pause = kPauseFirst * (1u << std::min(attempt.failures_before, kPausesMax));
  co_await services.pause(pause);
  co_return fail(Code::Unauthenticated, "authentication failed");
}

/// Whoever proved to be `account` may act as itself only, under any of its names.
bool is_itself(const record::Account& account, const Success& success) {
  return success.authzid.empty() || iequals(success.authzid, success.authcid) ||
         service::Accounts::may_send_as(account, success.authzid);
}

}  // namespace

bool may_log_in(const LoginServices& services, const net::Stream& stream) {
  return stream.encrypted() || (services.plaintext_on_loopback && stream.loopback());
}

Context context_for(const LoginServices& services, const net::Stream& stream) {
  return {.random = services.random,
          .binding = stream.channel_binding(),
          .plaintext_allowed = may_log_in(services, stream),
          .unknown_user_key = services.unknown_user_key};
}

Task<Result<record::Account>> authenticate(LoginServices& services, const net::Stream& stream, Attempt attempt,
                                           Mechanism& mechanism, Step first, Dialogue& dialogue) {
  Step step = std::move(first);
  std::optional<record::Account> account;
  std::string user;
  for (;;) {
    if (auto* challenge = std::get_if<Challenge>(&step)) {
      auto text = challenge_line(*challenge);
      const auto line = co_await dialogue.ask(std::move(text));
      step = answer_line(mechanism, line);
    } else if (auto* lookup = std::get_if<NeedVerifier>(&step)) {
      user = lookup->user;
      account = co_await find_account(services, user);
      step = mechanism.give_verifier(account ? std::optional(verifier_of(*account)) : std::nullopt);
    } else if (auto* check = std::get_if<NeedPasswordCheck>(&step)) {
      user = check->user;
      auto password = std::move(check->password);
      account = co_await find_account(services, user);
      const auto right = co_await password_is_right(services, account, std::move(password));
      if (!right) co_return std::unexpected(right.error());
      step = mechanism.give_verdict(*right);
    } else if (auto* failure = std::get_if<Failure>(&step)) {
      if (failure->code == Code::BadInput) {
        tell(stream, attempt, user, "aborted reason=\"" + printable(failure->text) + "\"");
        co_return fail(Code::BadInput, failure->text);
      }
      auto why = failure->text;
      auto refused = co_await turn_away(services, stream, std::move(attempt), std::move(user), std::move(why));
      co_return refused;
    } else {
      const auto& success = std::get<Success>(step);
      if (account && is_itself(*account, success)) {
        auto let = co_await let_in(services, stream, attempt, user, std::move(*account));
        co_return let;
      }
      std::string why = "may not act as " + success.authzid;
      auto refused = co_await turn_away(services, stream, std::move(attempt), std::move(user), std::move(why));
      co_return refused;
    }
  }
}

Task<Result<record::Account>> log_in(LoginServices& services, const net::Stream& stream, Attempt attempt,
                                     std::string user, std::string password) {
  auto account = co_await find_account(services, user);
  const auto right = co_await password_is_right(services, account, std::move(password));
  if (!right) co_return std::unexpected(right.error());
  if (*right) {
    auto let = co_await let_in(services, stream, attempt, user, std::move(*account));
    co_return let;
  }
  std::string why = account ? "wrong password" : "no such user";
  auto refused = co_await turn_away(services, stream, std::move(attempt), std::move(user), std::move(why));
  co_return refused;
}

}  // namespace paraph::sasl
