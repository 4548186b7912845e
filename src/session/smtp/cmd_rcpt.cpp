#include "base/log.h"
#include "session/smtp/session.h"
#include "wire/smtp/reply_for.h"

namespace paraph::session_smtp {
namespace {

smtp::Reply refusal_of(const Error& error) {
  if (error.code == Code::OverQuota) return {552, "5.2.2", "the mailbox is full"};
  return smtp::reply_for(error);
}

}  // namespace

/// Whoever guesses is sent away: for long after many guesses of one address, at once after some of one connection.
void Session::refuse_stranger(const Error& error, const smtp::Reply& refusal) {
  const bool guess = error.code == Code::NotFound || error.code == Code::Denied;
  if (!guess) return reply(refusal);  // a full mailbox, or our own trouble: nobody is to blame
  if (!server_.guesses.take(stream_.peer().peer_key())) {
    log(Level::Info, "smtp too-many-guesses protocol={} address={}", protocol(), stream_.peer().address());
    return break_off("too many unknown recipients, try again later");
  }
  blame(refusal);
}

// RCPT TO (RFC 5321 §4.1.1.3). Only for a user who logged in anything goes to another server.
Task<void> Session::rcpt(smtp::RcptTo command) {
  if (recipients_.size() >= server_.limits.recipients_max) {
    reply(452, "4.5.3", "too many recipients");
    co_return;
  }
  if (bounded() && recipients_given_ >= server_.limits.recipients_per_connection_max) {
    break_off("enough recipients for one connection");
    co_return;
  }
  ++recipients_given_;
  auto recipient = std::move(command.to);
  auto allowed = co_await server_.deposit.check_recipient(
      recipient.address, account_ ? service::Relaying::Yes : service::Relaying::No, size_);
  if (!allowed) {
    const auto refusal = refusal_of(allowed.error());
    // Strangers who guess addresses run into the limit; a user's stale address book does not.
    if (bounded()) {
      refuse_stranger(allowed.error(), refusal);
    } else {
      reply(refusal);
    }
    co_return;
  }
  recipient.address = std::move(*allowed);
  recipients_.push_back(std::move(recipient));
  enter(Phase::Recipients);
  reply(250, "2.1.5", "recipient ok");
}

}  // namespace paraph::session_smtp
