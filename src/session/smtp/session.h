#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mail/transaction.h"
#include "mime/binary.h"
#include "net/output.h"
#include "record/codec.h"
#include "service/receive.h"
#include "session/smtp/server.h"
#include "wire/smtp/format.h"
#include "wire/smtp/framer.h"
#include "wire/smtp/line_ends.h"
#include "wire/smtp/parse.h"

namespace paraph::session_smtp {

/// Where the dialogue is; a command is answered 503 in a phase that its row of the table does not name.
enum class Phase : std::uint8_t {
  Greeted = 1,     ///< 220 is said
  Ready = 2,       ///< the client said hello; no transaction
  Mail = 4,        ///< MAIL is accepted
  Recipients = 8,  ///< and at least one RCPT
  Chunks = 16,     ///< BDAT without LAST was taken: only BDAT goes on (RFC 3030 §2)
  Closed = 32,     ///< nothing more is read
};
using Phases = unsigned;  ///< a bit set
constexpr Phases operator|(Phase a, Phase b) { return static_cast<Phases>(a) | static_cast<Phases>(b); }
constexpr Phases operator|(Phases a, Phase b) { return a | static_cast<Phases>(b); }
inline constexpr Phases kAnyPhase = Phase::Greeted | Phase::Ready | Phase::Mail | Phase::Recipients | Phase::Chunks;
inline constexpr Phases kAfterHello = Phase::Ready | Phase::Mail | Phase::Recipients | Phase::Chunks;

/// What makes lines of a message with binary content, and looks whether it is all lines then.
struct Binary {
  mime::BinaryToBase64 converter;
  smtp::LineCheck check;
};

/// The message that is coming in: octets go to the store as they arrive, or nowhere once it is refused.
struct Incoming {
  std::optional<service::Receiver> receiver;  ///< empty: refused, octets are drained
  std::optional<smtp::Reply> refusal;
  std::unique_ptr<Binary> binary;  ///< BODY=BINARYMIME only
  std::uint64_t bytes = 0;
  Time started;
};

/// One SMTP connection. Lives in the frame of serve(), on its stream's event loop.
class Session {
 public:
  Session(Server& server, Role role, net::Stream& stream);
  /// The dialogue, to its end. Throws net::DeadlineError, net::PeerGone, Stopping.
  Task<void> run();
  /// What can still be said when run() has thrown: 421, or nothing. Throws if even that does not get through.
  Task<void> say_goodbye(smtp::Reply last_words);
  const char* protocol() const;

 private:
  struct Row;
  class AuthDialogue;
  static const Row* row_of(const smtp::Command& command);

  // The dialogue (session.cpp)
  Task<void> greet();
  Task<void> handle_line(std::string_view line);
  Task<void> dispatch(smtp::Command command);
  Task<smtp::Framer::Event> next_event();
  Task<void> read_more();
  net::Duration read_time() const;
  net::Duration write_time() const;
  net::Duration time_left() const;
  bool brings_mail(const Row& row) const;
  Task<void> out_of_order(const char* name);
  /// One more command that brings no mail nearer. False: it was one too many, and the connection ends.
  bool take_idle_command();
  void enter(Phase phase);
  void reply(const smtp::Reply& reply) { smtp::append_reply(out_.pending(), reply); }
  void reply(int code, std::string_view enhanced, std::string_view text);
  /// A command that is wrong in itself: too many of them end the connection.
  void blame(const smtp::Reply& reply);
  /// 421, and the end.
  void break_off(std::string_view why);

  // One file per command
  Task<void> hello(smtp::Hello command);         // cmd_hello.cpp
  Task<void> start_tls(smtp::StartTls command);  // cmd_starttls.cpp
  Task<void> auth(smtp::Auth command);           // cmd_auth.cpp
  void refuse_login(const Error& error);
  std::string limits_offered() const;
  void refuse_stranger(const Error& error, const smtp::Reply& refusal);
  Task<void> mail(smtp::MailFrom command);  // cmd_mail.cpp
  void refuse_mail(const smtp::Reply& refusal);
  Task<void> rcpt(smtp::RcptTo command);  // cmd_rcpt.cpp
  Task<void> data(smtp::Data command);    // cmd_data.cpp
  Task<void> bdat(smtp::Bdat command);    // cmd_bdat.cpp
  Task<void> rset(smtp::Rset command);    // cmd_small.cpp, and all below
  Task<void> noop(smtp::Noop command);
  Task<void> quit(smtp::Quit command);
  Task<void> vrfy(smtp::Vrfy command);
  Task<void> expn(smtp::Expn command);
  Task<void> help(smtp::Help command);

  // The message (message.cpp)
  void begin_message();
  void refuse_message(smtp::Reply why);
  Task<void> take_octets(std::string_view octets);
  Task<void> keep_octets(std::string_view octets);
  Task<void> end_message(smtp::LineEnds line_ends);
  Task<void> deposit_message();
  void answer(const service::Deposit::Outcome& outcome, const smtp::Reply& accepted);
  void answer_all(const smtp::Reply& one);
  void forget_transaction();
  service::Transaction transaction() const;

  bool submission() const { return role_ == Role::Submission || role_ == Role::Submissions; }
  bool lmtp() const { return role_ == Role::Lmtp; }
  /// Strangers have bounds of their own.
  bool bounded() const { return role_ == Role::Mx; }
  bool may_auth() const { return submission() && sasl::may_log_in(server_.logins, stream_); }
  bool may_start_tls() const { return !stream_.encrypted() && server_.tls.get() != nullptr; }
  std::uint64_t message_bytes_max() const;

  Server& server_;
  const Role role_;
  net::Stream& stream_;
  net::Output out_;
  smtp::Framer framer_;
  std::unique_ptr<char[]> input_;  ///< what the framer looks at; none while the session rests
  std::size_t input_bytes_ = 0;
  bool armed_ = false;          ///< the deadline of what is being read stands
  bool taking_octets_ = false;  ///< inside DATA's or a BDAT chunk's octets
  Phase phase_ = Phase::Greeted;
  Time no_mail_since_;               ///< when the last message was answered, or the session began
  std::uint32_t idle_commands_ = 0;  ///< since then
  std::uint32_t bad_commands_ = 0;
  std::uint32_t auth_failures_ = 0;
  std::uint32_t messages_ = 0;          ///< MAIL commands that were accepted
  std::uint32_t recipients_given_ = 0;  ///< RCPT commands, accepted or not
  std::optional<sasl::Stranger> stranger_;

  smtp::Hello hello_;                         ///< empty name: not said yet
  std::unique_ptr<record::Account> account_;  ///< who logged in
  mail::Address reverse_path_;
  mail::MailOptions options_;
  std::uint64_t size_ = 0;  ///< what MAIL announced
  std::vector<mail::Recipient> recipients_;
  std::unique_ptr<Incoming> incoming_;
  std::optional<bool> chunk_is_last_;  ///< of the BDAT whose octets come; nullopt: DATA
};

/// The server stops: unwinds to serve(), which says 421.
struct Stopping {};

}  // namespace paraph::session_smtp
