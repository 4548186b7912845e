#include "session/smtp/session.h"

namespace paraph::session_smtp {

// LIMITS (RFC 9422). Who hands over as one of ours is bound by the recipients of one message only.
std::string Session::limits_offered() const {
  const auto& limits = server_.limits;
  const std::string recipients = "LIMITS RCPTMAX=" + std::to_string(limits.recipients_max);
  return bounded() ? recipients + " MAILMAX=" + std::to_string(limits.messages_per_connection_max) : recipients;
}

// HELO, EHLO (RFC 5321 §4.1.1.1), LHLO (RFC 2033 §4.1). It also clears the transaction, as RSET does.
Task<void> Session::hello(smtp::Hello command) {
  const bool lhlo = command.verb == smtp::Hello::Verb::Lhlo;
  if (lhlo != lmtp()) {
    blame({500, "5.5.1", lmtp() ? "this is LMTP: say LHLO" : "this is not LMTP: say EHLO"});
    co_return;
  }
  forget_transaction();
  hello_ = std::move(command);
  enter(Phase::Ready);
  if (hello_.verb == smtp::Hello::Verb::Helo) {
    reply(250, "", server_.name);
    co_return;
  }
  std::vector<std::string> keywords{"PIPELINING",    "SIZE " + std::to_string(message_bytes_max()),
                                    "8BITMIME",      "BINARYMIME",
                                    "SMTPUTF8",      "CHUNKING",
                                    "DSN",           "ENHANCEDSTATUSCODES",
                                    limits_offered()};
  if (may_start_tls()) keywords.emplace_back("STARTTLS");
  if (stream_.encrypted()) keywords.emplace_back("REQUIRETLS");  // RFC 8689 §2
  if (may_auth() && !account_) {
    std::string line = "AUTH";
    for (const auto mechanism : sasl::offered(sasl::context_for(server_.logins, stream_)))
      line.append(" ").append(mechanism);
    keywords.push_back(std::move(line));
  }
  keywords.emplace_back("HELP");
  smtp::append_ehlo(out_.pending(), server_.name, keywords);
}

}  // namespace paraph::session_smtp
