#include <algorithm>

#include "service/receive.h"
#include "session/imap/session.h"
#include "wire/imap/parse.h"

namespace paraph::session_imap {
namespace {

/// A refused literal that comes unasked is read to its end; one this many times too big is not worth that.
constexpr std::uint64_t kDrainTimesMax = 4;

Error no_nul(const imap::Append& command) {
  return {command.binary ? Code::Unsupported : Code::BadInput, "the message holds a NUL octet"};
}

}  // namespace

// APPEND (RFC 9051 §6.3.12). Everything that can be refused is refused before the literal is asked for; its octets go
// to the store as they arrive.
Task<void> Session::append(imap::Framer::Event event) {
  auto command = imap::parse_append(event.text);
  tag_ = imap::command_tag(event.text);
  name_ = "APPEND";
  std::optional<mail::Mailbox> mailbox;
  if (!command) {
    refuse(command.error());
  } else if (phase_ == Phase::NotAuthenticated) {
    bad("APPEND needs a log-in first");
  } else {
    const auto& append = std::get<imap::Append>(command->body);
    auto allowed = co_await check_append(append);
    if (allowed) mailbox = std::move(*allowed);
  }
  if (!mailbox) {
    framer_.refuse();
    if (event.sync == imap::Sync::No && event.bytes > kDrainTimesMax * server_.limits.message_bytes_max) {
      untagged(imap::Condition::Bye, "TOOBIG", "that is far too big");
      enter(Phase::Logout);
    }
    co_return;
  }
  accept_literal(event.sync);
  co_await receive_append(std::get<imap::Append>(std::move(command->body)), std::move(*mailbox));
}

/// Answers NO itself when the message is not wanted.
Task<std::optional<mail::Mailbox>> Session::check_append(const imap::Append& command) {
  if (command.utf8) {
    bad("UTF8 is not enabled");
    co_return std::nullopt;
  }
  if (command.bytes > server_.limits.message_bytes_max) {
    no("TOOBIG", "a message has at most " + std::to_string(server_.limits.message_bytes_max) + " octets");
    co_return std::nullopt;
  }
  auto mailbox = co_await server_.mailboxes.find(account_, command.mailbox);
  if (!mailbox) {
    refuse(mailbox.error(), imap::Target::Yes);
    co_return std::nullopt;
  }
  const auto quota = co_await server_.mailboxes.quota(account_);
  if (quota && quota->bytes_max != 0 && quota->bytes + command.bytes > quota->bytes_max) {
    no("OVERQUOTA", "the quota would be passed");
    co_return std::nullopt;
  }
  co_return std::move(*mailbox);
}

/// A client's copy of what it sent may be there already, as it was sent (service/mailboxes.h). A voice signature goes
/// into the signature too.
Task<Result<service::Appended>> Session::append_to(const mail::Mailbox& mailbox, service::NewMessage message,
                                                   service::Target target) {
  if (mailbox.use == mail::SpecialUse::Sent)
    co_return co_await server_.mailboxes.append_sent(std::move(message), std::move(target));
  if (mailbox.use == mail::SpecialUse::Greetings)
    co_return co_await server_.greetings.append(std::move(message), std::move(target));
  std::vector<service::Target> targets;
  targets.push_back(std::move(target));
  PARAPH_CO_TRY(const auto appended, co_await server_.mailboxes.append(std::move(message), std::move(targets)));
  co_return appended.front();
}

Task<void> Session::receive_append(imap::Append command, mail::Mailbox mailbox) {
  service::Receiver receiver(server_.store, server_.clock, server_.limits.message_bytes_max);
  message_started_ = server_.clock.now();
  taking_octets_ = true;
  auto event = co_await next_event();
  while (event.kind == imap::Framer::Kind::Octets) {
    Result<void> fed;
    if (event.text.find('\0') != std::string_view::npos) {
      fed = std::unexpected(no_nul(command));
    } else {
      fed = co_await receiver.feed(event.text);
    }
    if (!fed) {
      taking_octets_ = false;
      framer_.refuse();
      if (fed.error().code == Code::Unsupported) {
        no("UNKNOWN-CTE", fed.error().text);
      } else {
        refuse(fed.error(), imap::Target::Yes);
      }
      co_return;
    }
    event = co_await next_event();
  }
  taking_octets_ = false;
  if (event.kind != imap::Framer::Kind::AppendEnd) {
    // Another literal, or a line without end. MULTIAPPEND (RFC 3502) is not offered.
    if (event.kind != imap::Framer::Kind::TooLong) framer_.refuse();
    bad("expected the end of the command after the message");
    co_return;
  }
  const auto ended = imap::check_append_end(event.text, command);
  if (!ended) {
    bad(ended.error().text);
    co_return;
  }
  auto message = co_await receiver.finish();
  if (!message) {
    refuse(message.error(), imap::Target::Yes);
    co_return;
  }
  service::Target target{.account = account_,
                         .mailbox = mailbox.id,
                         .flags = std::move(command.flags),
                         .internal_date = command.date.value_or(server_.clock.now())};
  auto appended = co_await append_to(mailbox, std::move(*message), std::move(target));
  if (!appended) {
    refuse_greeting(appended.error(), imap::Target::Yes);
    co_return;
  }
  if (selected_ && selected_->mailbox == mailbox.id) selected_->changed = true;
  co_await sync(Expunges::Tell);
  std::string code;
  imap::append_appenduid(code, appended->uid_validity, appended->uid);
  ok(code);
}

}  // namespace paraph::session_imap
