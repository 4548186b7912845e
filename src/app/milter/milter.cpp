#include "app/milter/milter.h"

#include <fmt/format.h>
#include <libmilter/mfapi.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "app/milter/edits.h"
#include "base/log.h"
#include "base/text.h"

namespace paraph::milter {
namespace {

Options options;  // libmilter has one state in a process, and its callbacks take no other argument than a connection

/// One connection of the MTA; libmilter keeps it for us.
struct Connection {
  std::optional<Message> message;
};

Connection& connection_of(SMFICTX* context) {
  auto* connection = static_cast<Connection*>(smfi_getpriv(context));
  if (connection == nullptr) {
    connection = std::make_unique<Connection>().release();  // given back in on_close()
    smfi_setpriv(context, connection);
  }
  return *connection;
}

/// Nothing may be thrown into libmilter.
template <class Work>
sfsistat guarded(const char* where, Work work) {
  try {
    return work();
  } catch (const std::exception& broken) {
    log(Level::Error, "milter {}: {}", where, broken.what());
    return SMFIS_TEMPFAIL;
  }
}

sfsistat on_negotiate(SMFICTX*, unsigned long actions, unsigned long steps, unsigned long, unsigned long,
                      unsigned long* wanted_actions, unsigned long* wanted_steps, unsigned long* f2,
                      unsigned long* f3) {
  constexpr unsigned long kActions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY;
  constexpr unsigned long kLeftOut = SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA;
  if ((actions & kActions) != kActions || (steps & SMFIP_HDR_LEADSPC) == 0) {
    log(Level::Error, "milter the MTA is too old, or lets nobody change a header and a body: it gets no signatures");
    return SMFIS_REJECT;
  }
  *wanted_actions = kActions;
  *wanted_steps = steps & (kLeftOut | SMFIP_HDR_LEADSPC);
  *f2 = 0;
  *f3 = 0;
  return SMFIS_CONTINUE;
}

sfsistat on_mail(SMFICTX* context, char** arguments) {
  return guarded("mail", [&]() -> sfsistat {
    auto& message = connection_of(context).message;
    message.reset();
    const char* login = smfi_getsymval(context, const_cast<char*>("{auth_authen}"));
    if (login == nullptr || *login == '\0') return SMFIS_ACCEPT;  // nobody's: it goes as it is
    const auto path = parse_path(arguments[0]);
    if (!path) return SMFIS_ACCEPT;
    message.emplace(Message{.login = login, .reverse_path = *path});
    return SMFIS_CONTINUE;
  });
}

sfsistat on_rcpt(SMFICTX* context, char** arguments) {
  return guarded("rcpt", [&]() -> sfsistat {
    auto& message = connection_of(context).message;
    const auto path = parse_path(arguments[0]);
    if (message && path) message->recipients.push_back({.address = *path});
    return SMFIS_CONTINUE;
  });
}

/// More than may be held: what comes is not kept, and the message goes as it is.
bool has_room(Message& message, std::size_t more) {
  if (message.bytes() + more > options.message_bytes_max) message.too_large = true;
  return !message.too_large;
}

sfsistat on_header(SMFICTX* context, char* name, char* value) {
  return guarded("header", [&]() -> sfsistat {
    auto& message = connection_of(context).message;
    if (!message) return SMFIS_CONTINUE;
    const auto field = format_field(name, value);
    if (has_room(*message, field.size())) message->header += field;
    return SMFIS_CONTINUE;
  });
}

sfsistat on_body(SMFICTX* context, unsigned char* octets, std::size_t bytes) {
  return guarded("body", [&]() -> sfsistat {
    auto& message = connection_of(context).message;
    if (message && has_room(*message, bytes)) message->body.append(reinterpret_cast<const char*>(octets), bytes);
    return SMFIS_CONTINUE;
  });
}

bool apply(SMFICTX* context, const Edit& edit) {
  auto name = edit.name;
  auto value = edit.value;
  switch (edit.kind) {
    case Edit::Kind::Change:
      return smfi_chgheader(context, name.data(), edit.index, value.data()) == MI_SUCCESS;
    case Edit::Kind::Remove:
      return smfi_chgheader(context, name.data(), edit.index, nullptr) == MI_SUCCESS;
    case Edit::Kind::Insert:
      break;
  }
  return smfi_insheader(context, 0, name.data(), value.data()) == MI_SUCCESS;
}

/// Has the MTA make `whole` of what it holds.
bool replace(SMFICTX* context, const Message& message, std::string whole) {
  const auto end = whole.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const auto header = std::string_view(whole).substr(0, end + 2);
  for (const auto& edit : edits_between(message.header + "\r\n", fmt::format("{}\r\n", header))) {
    if (!apply(context, edit)) return false;
  }
  auto body = whole.substr(end + 4);
  if (body == message.body) return true;
  return smfi_replacebody(context, reinterpret_cast<unsigned char*>(body.data()), static_cast<int>(body.size())) ==
         MI_SUCCESS;
}

sfsistat refuse(SMFICTX* context, const Error& error) {
  auto refusal = refusal_of(error);
  smfi_setreply(context, refusal.code.data(), refusal.enhanced.data(), refusal.text.data());
  return refusal.later ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

sfsistat on_end_of_message(SMFICTX* context) {
  return guarded("end", [&]() -> sfsistat {
    auto& message = connection_of(context).message;
    if (!message) return SMFIS_ACCEPT;
    if (message->too_large) {
      log(Level::Warn, "milter from={} is longer than {} octets: it goes as it is",
          printable(message->reverse_path.text()), options.message_bytes_max);
      return SMFIS_ACCEPT;
    }
    auto whole = options.attach(*message);
    if (!whole) return refuse(context, whole.error());
    if (!whole->empty() && !replace(context, *message, std::move(*whole))) {
      log(Level::Error, "milter from={}: the MTA did not take the changes", printable(message->reverse_path.text()));
      return SMFIS_TEMPFAIL;
    }
    message.reset();
    return SMFIS_ACCEPT;
  });
}

sfsistat on_abort(SMFICTX* context) {
  if (auto* connection = static_cast<Connection*>(smfi_getpriv(context))) connection->message.reset();
  return SMFIS_CONTINUE;
}

sfsistat on_close(SMFICTX* context) {
  const std::unique_ptr<Connection> connection(static_cast<Connection*>(smfi_getpriv(context)));
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

}  // namespace

Result<void> serve(Options wanted, const std::function<void()>& ready) {
  options = std::move(wanted);
  std::string name = "paraph";
  smfiDesc description{};
  description.xxfi_name = name.data();
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY;
  description.xxfi_negotiate = on_negotiate;
  description.xxfi_envfrom = on_mail;
  description.xxfi_envrcpt = on_rcpt;
  description.xxfi_header = on_header;
  description.xxfi_body = on_body;
  description.xxfi_eom = on_end_of_message;
  description.xxfi_abort = on_abort;
  description.xxfi_close = on_close;
  auto socket = options.socket;
  const bool open = smfi_register(description) == MI_SUCCESS && smfi_setconn(socket.data()) == MI_SUCCESS &&
                    smfi_settimeout(static_cast<int>(options.timeout.count())) == MI_SUCCESS &&
                    smfi_opensocket(true) == MI_SUCCESS;
  if (!open) {
    return fail(Code::Unavailable,
                fmt::format("the milter's socket {} cannot be opened: another program may have it", options.socket));
  }
  ready();
  if (smfi_main() != MI_SUCCESS)
    return fail(Code::Unavailable, "libmilter ended with a failure: see its message above");
  return {};
}

}  // namespace paraph::milter
