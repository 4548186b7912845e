#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/output.h"
#include "record/codec.h"
#include "service/change_feed.h"
#include "session/imap/fetch.h"
#include "session/imap/search_query.h"
#include "session/imap/server.h"
#include "session/imap/view.h"
#include "wire/imap/command.h"
#include "wire/imap/format.h"
#include "wire/imap/framer.h"
#include "wire/imap/reply_for.h"

namespace paraph::session_imap {

/// RFC 9051 §3: the states of a connection. A command is answered BAD in a phase that its row of the table does not
/// name.
enum class Phase : std::uint8_t { NotAuthenticated = 1, Authenticated = 2, Selected = 4, Logout = 8 };
using Phases = unsigned;  ///< a bit set
constexpr Phases operator|(Phase a, Phase b) { return static_cast<Phases>(a) | static_cast<Phases>(b); }
constexpr Phases operator|(Phases a, Phase b) { return a | static_cast<Phases>(b); }
inline constexpr Phases kAnyPhase = Phase::NotAuthenticated | Phase::Authenticated | Phase::Selected;
inline constexpr Phases kLoggedIn = Phase::Authenticated | Phase::Selected;
inline constexpr Phases kSelected = static_cast<Phases>(Phase::Selected);

/// The mailbox that is open in this session.
struct Selected {
  MailboxId mailbox;
  imap::Readonly readonly = imap::Readonly::No;
  bool greetings = false;  ///< it is Greetings: what is on there is in the signature (service/greetings.h)
  View view;
  ModSeq seen;           ///< the client was told, or will be, of everything up to here
  bool changed = false;  ///< there is more since `seen`
  std::optional<service::ChangeWatch> watch;
};

/// A flag change that this session made and has told, or was asked not to tell: sync() need not repeat it.
struct Told {
  Uid uid;
  ModSeq modseq;
};

/// May EXPUNGE be sent now (RFC 9051 §7.5.1)? Never while FETCH, STORE or SEARCH by sequence number is answered.
enum class Expunges { Hold, Tell };
constexpr Expunges expunges_for(imap::Numbers numbers) {
  return numbers == imap::Numbers::Uid ? Expunges::Tell : Expunges::Hold;
}

/// The server stops: unwinds to serve(), which says BYE.
struct Stopping {};

/// One IMAP connection. Lives as long as serve(), on its stream's event loop. At rest it holds no buffers: a few
/// hundred octets, and four for each message of the selected mailbox.
class Session {
 public:
  Session(Server& server, Tls tls, net::Stream& stream);
  /// The dialogue, to its end. Throws net::DeadlineError, net::PeerGone, Stopping, and what a broken store throws.
  Task<void> run();
  /// What can still be said when run() has thrown. Throws if even that does not get through.
  Task<void> say_goodbye(std::string_view code, std::string_view text);
  const std::string& user() const& { return user_; }

 private:
  struct Row;
  class AuthDialogue;
  static const Row* row_of(const imap::CommandBody& body);

  // The dialogue (session.cpp)
  Task<void> greet();
  Task<void> handle(imap::Framer::Event event);
  Task<void> begin(std::string_view text);
  Task<void> nothing();
  Task<imap::Framer::Event> next_event();
  Task<void> read_more();
  Task<void> flush();
  Task<void> write_piece(std::string_view octets);
  Task<void> breathe();
  net::Duration rest_time() const;
  void enter(Phase phase);
  void accept_literal(imap::Sync sync);
  std::string& out() { return out_.pending(); }

  // Tagged replies to the current command, and what comes before them (replies.cpp)
  void ok(std::string_view code = {}, std::string_view text = {});
  void no(std::string_view code, std::string_view text);
  void bad(std::string_view text);
  void refuse(const Error& error, imap::Target target = imap::Target::No);
  void untagged(imap::Condition condition, std::string_view code, std::string_view text);
  std::string capabilities() const;

  // What others did to the mailbox (sync.cpp)
  Task<void> sync(Expunges expunges);
  Task<void> sync_after_own_change(Expunges expunges, std::vector<Told> told = {});
  Task<void> read_changes(std::vector<Told> told = {});
  Task<void> add_messages(const std::vector<mail::Entry>& changed, Uid uid_next);
  Task<void> find_missing();
  void tell_flags(const mail::Entry& entry, imap::Numbers numbers);
  Task<void> tell_expunges();
  imap::Recent recent(Uid uid) const;
  void drop_mailbox();

  // Any state (cmd_small.cpp), log-in (cmd_login.cpp, cmd_starttls.cpp)
  Task<void> capability(imap::Capability);
  Task<void> noop(imap::Noop);
  Task<void> check(imap::Check);
  Task<void> logout(imap::Logout);
  Task<void> id(imap::Id);
  Task<void> enable(imap::Enable);
  Task<void> name_space(imap::Namespace);
  Task<void> start_tls(imap::StartTls);
  Task<void> authenticate(imap::Authenticate command);
  Task<void> login(imap::Login command);
  void finish_login(Result<record::Account> account);
  bool may_log_in() const { return sasl::may_log_in(server_.logins, stream_); }

  // Mailboxes (cmd_select.cpp, cmd_mailbox.cpp, cmd_list.cpp, cmd_status.cpp, cmd_append.cpp, cmd_idle.cpp,
  // cmd_metadata.cpp)
  Task<void> select(imap::Select command);
  Task<Result<void>> open(mail::Mailbox mailbox, imap::Readonly readonly);
  Task<void> close(imap::Close);
  Task<void> unselect(imap::Unselect);
  Task<void> create(imap::Create command);
  Task<void> delete_mailbox(imap::Delete command);
  Task<void> rename(imap::Rename command);
  Task<void> subscribe(imap::Subscribe command);
  Task<void> unsubscribe(imap::Unsubscribe command);
  Task<void> list(imap::List command);
  Task<void> lsub(imap::Lsub command);
  Task<void> status(imap::Status command);
  Task<Result<void>> append_status_of(mail::Mailbox mailbox, imap::StatusItem items);
  Task<void> append(imap::Framer::Event event);
  Task<std::optional<mail::Mailbox>> check_append(const imap::Append& command);
  Task<Result<service::Appended>> append_to(const mail::Mailbox& mailbox, service::NewMessage message,
                                            service::Target target);
  Task<void> receive_append(imap::Append command, mail::Mailbox mailbox);
  Task<void> idle(imap::Idle);
  Task<void> get_metadata(imap::GetMetadata command);
  Task<void> set_metadata(imap::SetMetadata command);
  bool take_metadata(imap::MetadataValue& value, service::SignatureChange& change);

  // Messages (cmd_fetch.cpp, fetch_sections.cpp, cmd_store.cpp, cmd_copy.cpp, cmd_expunge.cpp, cmd_search.cpp)
  Task<void> fetch(imap::Fetch command);
  Task<Result<void>> fetch_chunk(const FetchPlan& plan, std::vector<std::uint32_t> indexes, FetchOutcome& outcome);
  Task<void> fetch_streamed(const FetchPlan& plan, const mail::Entry& entry, service::MessagePtr message,
                            FetchOutcome& outcome);
  Task<std::vector<Told>> set_seen(imap::Numbers numbers, std::vector<Uid> uids);
  Task<void> fetch_section(const imap::FetchItem& item, service::MessagePtr message);
  Task<void> fetch_header_fields(const imap::FetchItem& item, service::MessagePtr message, mail::Range header);
  Task<bool> fetch_binary(const imap::FetchItem& item, service::MessagePtr message);
  Task<void> stream_range(service::MessagePtr message, mail::Range range);
  Task<void> store(imap::Store command);
  Task<void> copy(imap::Copy command);
  Task<void> move(imap::Move command);
  enum class Transfer { Copy, Move };
  Task<void> copy_or_move(imap::Numbers numbers, imap::SequenceSet set, std::string mailbox, Transfer transfer);
  Task<Result<service::FlagsStored>> store_flags(std::vector<Uid> uids, const imap::Store& command);
  Task<void> expunge(imap::Expunge command);
  Task<Result<std::vector<Uid>>> expunge_selected(std::optional<std::vector<Uid>> uids);
  void refuse_greeting(const Error& error, imap::Target target);
  Task<void> search(imap::Search command);
  Subject subject_at(std::uint32_t index) const;
  Task<Result<void>> search_entries(const Query& query, std::vector<std::uint32_t> indexes,
                                    std::vector<std::uint32_t>& found);
  Task<Result<void>> search_messages(const Query& query, std::vector<Subject> subjects,
                                     std::vector<std::uint32_t>& found);
  Task<Result<bool>> search_octets(const Query& query, Subject subject, service::MessagePtr message);
  std::vector<Uid> uids_at(const std::vector<std::uint32_t>& indexes) const;

  Server& server_;
  net::Stream& stream_;
  net::Output out_;
  imap::Framer framer_;
  std::unique_ptr<char[]> input_;  ///< what the framer looks at; none while the session rests
  std::uint32_t input_bytes_ = 0;
  std::uint32_t bad_commands_ = 0;
  std::uint32_t auth_failures_ = 0;
  Tls tls_;
  Phase phase_ = Phase::NotAuthenticated;
  bool armed_ = false;          ///< the deadline of what is being read stands
  bool taking_octets_ = false;  ///< inside APPEND's octets
  bool idling_ = false;         ///< a change pokes the stream
  std::string tag_;             ///< of the current command
  std::string name_;            ///< of the current command, for "FETCH completed"
  std::string user_;
  AccountId account_;
  Time message_started_;  ///< of the APPEND whose octets come
  std::unique_ptr<Selected> selected_;
  std::optional<sasl::Stranger> stranger_;
};

}  // namespace paraph::session_imap
