#include "session/imap/session.h"

namespace paraph::session_imap {

/// RFC 9051 §6.2.2: challenges are continuation requests, and the client's answers are bare lines.
class Session::AuthDialogue final : public sasl::Dialogue {
 public:
  explicit AuthDialogue(Session& session) : session_(session) {}
  Task<std::string> ask(std::string challenge) override {
    session_.out() += "+ " + challenge + "\r\n";
    session_.framer_.expect_line();
    const auto event = co_await session_.next_event();
    // A line past its limit is no base64: the machine ends the exchange.
    co_return event.kind == imap::Framer::Kind::Line ? std::string(event.text) : std::string("!");
  }

 private:
  Session& session_;
};

Task<void> Session::authenticate(imap::Authenticate command) {
  if (!may_log_in()) {
    no("PRIVACYREQUIRED", "say STARTTLS first: no log-in in clear");
    co_return;
  }
  auto mechanism = sasl::make_mechanism(command.mechanism, sasl::context_for(server_.logins, stream_));
  if (!mechanism) {
    no("CANNOT", "no such mechanism here");
    co_return;
  }
  AuthDialogue dialogue(*this);
  sasl::Attempt attempt{.protocol = "imap", .mechanism = command.mechanism, .failures_before = auth_failures_};
  auto first = sasl::start_line(*mechanism, command.initial);
  auto account =
      co_await sasl::authenticate(server_.logins, stream_, std::move(attempt), *mechanism, std::move(first), dialogue);
  finish_login(std::move(account));
}

Task<void> Session::login(imap::Login command) {  // RFC 9051 §6.2.3
  if (!may_log_in()) {
    no("PRIVACYREQUIRED", "say STARTTLS first: no log-in in clear");
    co_return;
  }
  sasl::Attempt attempt{.protocol = "imap", .mechanism = "LOGIN-COMMAND", .failures_before = auth_failures_};
  auto account = co_await sasl::log_in(server_.logins, stream_, std::move(attempt), std::move(command.user),
                                       std::move(command.password));
  finish_login(std::move(account));
}

void Session::finish_login(Result<record::Account> account) {
  if (account) {
    account_ = account->id;
    user_ = std::move(account->address);
    stranger_.reset();
    enter(Phase::Authenticated);
    return ok("CAPABILITY " + capabilities(), "welcome");
  }
  const auto& error = account.error();
  if (error.code == Code::Unavailable) return no("UNAVAILABLE", error.text);
  if (error.code == Code::BadInput) {
    bad("the exchange was broken off");
  } else {
    no("AUTHENTICATIONFAILED", "the name or the password is wrong");
  }
  if (++auth_failures_ < server_.limits.auth_failures_max || phase_ == Phase::Logout) return;
  untagged(imap::Condition::Bye, {}, "too many failed log-ins");
  enter(Phase::Logout);
}

}  // namespace paraph::session_imap
