#include "base/log.h"
#include "session/smtp/session.h"
#include "wire/smtp/reply_for.h"

namespace paraph::session_smtp {

/// RFC 4954 §4: challenges are 334 replies, and the client's answers are bare lines.
class Session::AuthDialogue final : public sasl::Dialogue {
 public:
  explicit AuthDialogue(Session& session) : session_(session) {}
  Task<std::string> ask(std::string challenge) override {
    session_.out_ << "334 " << challenge << "\r\n";
    session_.framer_.expect_auth_line();
    const auto event = co_await session_.next_event();
    // A line past its limit is no base64: the machine ends the exchange.
    co_return event.kind == smtp::Framer::Kind::Line ? std::string(event.text) : std::string("!");
  }

 private:
  Session& session_;
};

Task<void> Session::auth(smtp::Auth command) {
  if (!submission()) {
    blame({502, "5.5.1", "AUTH is not offered here"});
    co_return;
  }
  if (account_) {
    blame({503, "5.5.1", "you are logged in already"});
    co_return;
  }
  if (!may_auth()) {
    blame({538, "5.7.11", "say STARTTLS first: no log-in in clear"});
    co_return;
  }
  auto mechanism = sasl::make_mechanism(command.mechanism, sasl::context_for(server_.logins, stream_));
  if (!mechanism) {
    blame({504, "5.5.4", "no such mechanism here"});
    co_return;
  }
  AuthDialogue dialogue(*this);
  sasl::Attempt attempt{.protocol = protocol(), .mechanism = command.mechanism, .failures_before = auth_failures_};
  auto first = sasl::start_line(*mechanism, command.initial);
  auto account =
      co_await sasl::authenticate(server_.logins, stream_, std::move(attempt), *mechanism, std::move(first), dialogue);
  if (account) {
    account_ = std::make_unique<record::Account>(std::move(*account));
    stranger_.reset();
    reply(235, "2.7.0", "welcome");
    co_return;
  }
  refuse_login(account.error());
}

void Session::refuse_login(const Error& error) {
  if (error.code == Code::Unavailable) return reply(454, "4.7.0", error.text);
  if (++auth_failures_ >= server_.limits.auth_failures_max) {
    reply(421, "4.7.0", "too many failed log-ins");
    return enter(Phase::Closed);
  }
  if (error.code == Code::BadInput) return reply(501, "5.5.2", "the exchange was broken off");
  reply(535, "5.7.8", "the name or the password is wrong");
}

}  // namespace paraph::session_smtp
