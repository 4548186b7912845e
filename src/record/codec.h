#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "mail/mailbox.h"
#include "mail/rope.h"
#include "mail/runs.h"
#include "mail/signature.h"
#include "mail/structure.h"
#include "mail/transaction.h"

/// Nouns <-> stored octets (Protocol Buffers, records.proto; the generated types do not leave this room). `format_`
/// cannot fail; `parse_` answers Code::Corrupt for octets that are not such a record, or hold what no `format_` writes:
/// what parses can be walked without further checks (parents before children, ranges inside the message, a rope as long
/// as the message). Times keep whole seconds. Pure, any thread.
namespace paraph::record {

struct Verifier {
  std::string argon2, scram_salt, stored_key, server_key;
  std::uint32_t scram_iterations = 0;
  friend bool operator==(const Verifier&, const Verifier&) = default;
};

struct Account {
  AccountId id;
  std::string address, name, tel;
  std::vector<std::string> aliases;
  Verifier verifier;
  bool signature_on = true;
  std::uint64_t quota_bytes = 0;     ///< 0: no limit
  std::uint64_t quota_messages = 0;  ///< 0: no limit
  bool removing = false;             ///< nobody finds it any more; a restart finishes the removal
  friend bool operator==(const Account&, const Account&) = default;
};

/// What the signature engine did with a message; of one from elsewhere what its Paraph-Signature says, and whether that
/// is to be believed.
struct SignatureOutcome {
  std::string owner, revision;
  std::string kinds;   ///< m=; "" when nothing is sure
  std::string how;     ///< w=
  std::string reason;  ///< x=; when it is not believed the reason, a sentence
  std::string domain;  ///< d=: whose server attached it, or is said to have; "": nobody says so
  bool verified = false;
  friend bool operator==(const SignatureOutcome&, const SignatureOutcome&) = default;
};

/// A message as kept: everything a list, a SEARCH on headers, or a FETCH of structure needs, and where its octets are.
struct StoredMessage {
  mail::Rope rope;
  mail::Structure structure;
  std::uint32_t duration = 0;  ///< of the voice message, seconds; 0: none
  Time received;
  SignatureOutcome signature;
  bool listed = false;  ///< it can be found by its Message-ID, if it has one
  /// The message as it was before the signature, told by `rope`: one that left has it, for servers that refuse the
  /// signature or are sent less of it. Empty: it is not kept. Its blobs are this message's too (blobs_of).
  std::vector<mail::Run> plain;
  friend bool operator==(const StoredMessage&, const StoredMessage&) = default;
};

struct Change {
  Uid uid;
  bool expunged = false;
  friend bool operator==(const Change&, const Change&) = default;
};

/// What another place answered about one owner, as kept: used until `fresh_until`, and until `stale_until` when that
/// place does not answer.
struct RemoteSignature {
  mail::Signature signature;  ///< empty(): that place knows none; `number` goes on counting
  std::vector<mail::PastRevision> past;
  std::string tag;
  Time fetched, fresh_until, stale_until;
  std::optional<Time> not_after;
  std::map<std::string, std::string> fields;  ///< what it says of the owner, for templates
  friend bool operator==(const RemoteSignature&, const RemoteSignature&) = default;
};

/// A key of Paraph-Signature as the ring knows it; its secret is a server key of that name.
struct RingKey {
  std::string id;
  Time made;                    ///< Time{}: before there was a ring
  std::optional<Time> retired;  ///< nullopt: in use
  friend bool operator==(const RingKey&, const RingKey&) = default;
};

/// What is set of a domain or an account, as names and values of `paraph policy set`.
using Settings = std::map<std::string, std::string, std::less<>>;

/// Where a message was put.
struct Place {
  AccountId account;
  MailboxId mailbox;
  Uid uid;
  friend bool operator==(const Place&, const Place&) = default;
};

struct SignatureHead {
  std::uint64_t current = 0;
  std::vector<mail::PastRevision> past;  ///< newest first
  std::vector<std::uint64_t> kept;       ///< older revisions whose record and media are still there, newest first
  std::optional<Place> voice_from;       ///< the message that the current voice came with
  friend bool operator==(const SignatureHead&, const SignatureHead&) = default;
};

struct DkimKey {
  std::string domain, selector;
  std::string private_key;  ///< PKCS #8 DER
  Time created;
  friend bool operator==(const DkimKey&, const DkimKey&) = default;
};

/// An item of the queue: never used again.
using ItemId = Id<struct ItemTag>;

/// One recipient of an item of the queue, and what became of the mail to them.
struct QueuedRecipient {
  /// Stored on disk: never renumber.
  enum class State : std::uint8_t {
    Waiting = 0,
    Delivered = 1,  ///< the next server took it
    Failed = 2,
    Dropped = 3,  ///< by the operator
  };
  mail::Recipient recipient;
  State state = State::Waiting;
  int code = 0;                ///< of the last reply; 0: none came
  std::string enhanced, text;  ///< of it, or why none came
  std::string host;            ///< who said so; "": this server
  std::optional<Time> at;      ///< when; nullopt: not tried yet
  std::string refused;         ///< the reply that refused media, for which less is sent now; "": none did
  friend bool operator==(const QueuedRecipient&, const QueuedRecipient&) = default;
};

/// A server that an item was offered to, and the last that it said.
struct HostTried {
  std::string host, address;   ///< "mx.example.org", "192.0.2.1"; "": it has no address
  std::string tls;             ///< "TLSv1.3 ..."; "": in clear, or not reached
  int code = 0;                ///< 0: no reply came
  std::string enhanced, text;  ///< of the reply, or why none came
  Time at;
  friend bool operator==(const HostTried&, const HostTried&) = default;
};

/// What a message goes without where a server refuses media (5.6.1, 5.6.3), each with what is above it (spec 2.8).
/// Stored on disk: never renumber.
enum class LeftOut : std::uint8_t {
  Nothing = 0,
  Voice = 1,      ///< the signature's
  Media = 2,      ///< its picture and its HTML too
  Signature = 3,  ///< all of it
};

/// What a domain refused before, and so is not sent again until then.
struct Refusal {
  LeftOut left_out = LeftOut::Nothing;
  Time until;
  std::string reply;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// What a domain's MTA-STS policy says, as it was fetched (RFC 8461 §3.2). Times are whole seconds.
struct TlsPolicy {
  /// Stored on disk: never renumber.
  enum class Mode : std::uint8_t { None = 0, Testing = 1, Enforce = 2 };
  std::string id;  ///< of the TXT record that announced it
  Mode mode = Mode::None;
  std::vector<std::string> exchanges;  ///< lower case: "mx.example.org", "*.example.org"
  Time fetched;
  Time until;  ///< it holds
  friend bool operator==(const TlsPolicy&, const TlsPolicy&) = default;
};

/// An item of the queue: one form of a message for 1 to 100 recipients of one destination (docs/decisions/0010). Times
/// are whole seconds.
struct Queued {
  std::string destination;  ///< lower case, without NUL
  MessageId message;        ///< 0 once it has ended
  bool alone = false;       ///< nothing else uses `message`, nor ever will: it goes with the item
  std::uint64_t skip = 0;   ///< octets at the beginning of `message` that stay here: Return-Path
  mail::Address reverse_path;
  mail::MailOptions options;
  std::vector<QueuedRecipient> recipients;
  Time arrived;
  Time due;  ///< when it is to be tried; says nothing of an item that is held, or has ended
  mail::Priority priority = mail::Priority::Normal;
  std::uint32_t tries = 0;
  bool held = false;
  bool warned = false;        ///< its sender was told of the delay
  std::string message_id;     ///< with its angle brackets; "": none
  std::optional<Time> ended;  ///< nobody waits any more; kept for a day to be asked about
  LeftOut left_out = LeftOut::Nothing;
  std::vector<HostTried> hosts;  ///< the first tried first
  friend bool operator==(const Queued&, const Queued&) = default;
};

/// Who serves a destination of the queue.
struct Lease {
  std::string node;
  Time until;
  friend bool operator==(const Lease&, const Lease&) = default;
};

std::string format_account(const Account&);
Result<Account> parse_account(std::string_view);
std::string format_domain(std::string_view name);
Result<std::string> parse_domain(std::string_view);
std::string format_dkim_key(const DkimKey&);
Result<DkimKey> parse_dkim_key(std::string_view);
std::string format_mailbox(const mail::Mailbox&, AccountId owner);
Result<mail::Mailbox> parse_mailbox(std::string_view);
std::string format_entry(const mail::Entry&);  ///< without its uid, which is in the key
Result<mail::Entry> parse_entry(std::string_view, Uid uid);
std::string format_change(const Change&);
Result<Change> parse_change(std::string_view);
std::string format_message(const StoredMessage&);
Result<StoredMessage> parse_message(std::string_view);
std::string format_signature(const mail::Signature&, Time created);
Result<mail::Signature> parse_signature(std::string_view);
Result<Time> parse_signature_created(std::string_view);  ///< when the revision was made
std::string format_signature_head(const SignatureHead&);
Result<SignatureHead> parse_signature_head(std::string_view);
std::string format_remote_signature(const RemoteSignature&);
Result<RemoteSignature> parse_remote_signature(std::string_view);
std::string format_upload(const std::vector<BlobId>&);
Result<std::vector<BlobId>> parse_upload(std::string_view);
std::string format_key_ring(const std::vector<RingKey>&);
Result<std::vector<RingKey>> parse_key_ring(std::string_view);  ///< one at least, and the last one alone in use
std::string format_settings(const Settings&);
Result<Settings> parse_settings(std::string_view);
std::string format_places(const std::vector<Place>&);
Result<std::vector<Place>> parse_places(std::string_view);
std::string format_queued(const Queued&);
/// Also Corrupt: nobody waits in an item that has not ended, or somebody in one that has; no destination; no message.
Result<Queued> parse_queued(std::string_view);
std::string format_refusal(const Refusal&);
Result<Refusal> parse_refusal(std::string_view);
std::string format_lease(const Lease&);
Result<Lease> parse_lease(std::string_view);
std::string format_tls_policy(const TlsPolicy&);
/// Also Corrupt: no id; a mode that demands something, and no exchange.
Result<TlsPolicy> parse_tls_policy(std::string_view);

}  // namespace paraph::record
