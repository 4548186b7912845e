#include "base/log.h"
#include "session/imap/session.h"

namespace paraph::session_imap {

void Session::ok(std::string_view code, std::string_view text) {
  bad_commands_ = 0;
  const std::string completed = name_ + " completed";
  imap::append_condition(out(), tag_, imap::Condition::Ok, code, text.empty() ? completed : text);
}

void Session::no(std::string_view code, std::string_view text) {
  imap::append_condition(out(), tag_, imap::Condition::No, code, text);
}

/// A command that is wrong in itself: too many of them in a row end the connection.
void Session::bad(std::string_view text) {
  imap::append_condition(out(), tag_, imap::Condition::Bad, {}, text);
  if (++bad_commands_ < server_.limits.bad_commands_max) return;
  log(Level::Info, "imap too-many-errors address={} user={}", stream_.peer().address(), printable(user_));
  untagged(imap::Condition::Bye, {}, "too many errors");
  enter(Phase::Logout);
}

void Session::refuse(const Error& error, imap::Target target) {
  if (imap::reply_for(error.code, target).condition == imap::Condition::Bad) return bad(error.text);
  imap::append_refusal(out(), tag_, error, target);
}

/// Of a greeting whose recording cannot be used, in the words that telephones know; the reason is for the operator.
void Session::refuse_greeting(const Error& error, imap::Target target) {
  if (error.code != Code::Unsupported) return refuse(error, target);
  log(Level::Info, "imap greeting-refused user={} reason={}", printable(user_), printable(error.text));
  no({}, "invalid parameter");
}

void Session::untagged(imap::Condition condition, std::string_view code, std::string_view text) {
  imap::append_condition(out(), "*", condition, code, text);
}

std::string Session::capabilities() const {
  std::string all =
      "IMAP4rev1 LITERAL+ SASL-IR ID ENABLE IDLE NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN SPECIAL-USE "
      "CREATE-SPECIAL-USE BINARY";
  if (phase_ != Phase::NotAuthenticated) return all + " METADATA-SERVER";
  if (!stream_.encrypted() && server_.tls.get() != nullptr) all += " STARTTLS";
  if (!may_log_in()) return all + " LOGINDISABLED";
  for (const auto mechanism : sasl::offered(sasl::context_for(server_.logins, stream_))) {
    all.append(" AUTH=").append(mechanism);
  }
  return all;
}

}  // namespace paraph::session_imap
