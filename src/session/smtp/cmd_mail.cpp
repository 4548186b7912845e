#include "session/smtp/session.h"

namespace paraph::session_smtp {

/// Nobody is to blame, but a client may say it as often as NOOP only.
void Session::refuse_mail(const smtp::Reply& refusal) {
  if (take_idle_command()) reply(refusal);
}

// MAIL FROM (RFC 5321 §4.1.1.2, RFC 1870 §6, RFC 6531 §3.4, RFC 8689 §2). A user writes as itself only; anybody may
// send the null path.
Task<void> Session::mail(smtp::MailFrom command) {
  if (submission() && !account_) {
    if (may_start_tls() && !may_auth()) {
      blame({530, "5.7.0", "say STARTTLS first"});
    } else {
      blame({530, "5.7.0", "log in first"});
    }
    co_return;
  }
  if (command.options.require_tls && !stream_.encrypted()) {
    blame({555, "5.5.4", "REQUIRETLS is no parameter of MAIL here: it is offered under TLS"});
    co_return;
  }
  if (bounded() && messages_ >= server_.limits.messages_per_connection_max) {
    break_off("enough messages for one connection");
    co_return;
  }
  if (command.size && *command.size > message_bytes_max()) {
    refuse_mail({552, "5.3.4", "the message is too big: at most " + std::to_string(message_bytes_max()) + " octets"});
    co_return;
  }
  if (account_ && !command.from.null() && !service::Accounts::may_send_as(*account_, command.from.text())) {
    refuse_mail({550, "5.7.1", "that is not an address of yours"});
    co_return;
  }
  reverse_path_ = std::move(command.from);
  options_ = std::move(command.options);
  size_ = command.size.value_or(0);
  ++messages_;
  enter(Phase::Mail);
  reply(250, "2.1.0", "sender ok");
}

}  // namespace paraph::session_smtp
