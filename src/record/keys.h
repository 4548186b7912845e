#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "mail/transaction.h"
#include "store/store.h"

/// The one place that knows how keys look. A key is one letter, then fixed-width big-endian numbers, then text if any:
///
///   key                          value
///   F                            format number, decimal text
///   I name                       next free number of a kind ("account", "mailbox", "message", "upload"), decimal text
///   D domain                     Domain                     (lower case)
///   A account:8                  Account
///   a address                    account:8                  (mail::Address::key())
///   M account:8 mailbox:8        Mailbox
///   n account:8 name             mailbox:8                  (every mailbox's name is unique in its account)
///   e mailbox:8 uid:4            Entry
///   c mailbox:8 modseq:8         Change
///   m message:8                  Message
///   u message:8                  how many entries and items use the message, decimal text; none: one
///   q account:8 'b' | 'm'        octets | messages that count against the quota (store counters)
///   s account:8                  SignatureHead
///   S account:8 number:8         Signature
///   U upload:8                   Upload
///   k domain NUL selector        DkimKey                    (both lower case)
///   K name                       a server key (HMAC key of spec 2.6): octets
///   R                            KeyRing: when the keys of Paraph-Signature were made and retired
///   P domain                     Policy                     (lower case)
///   p account:8                  Policy
///   E recipient                  Policy of mail to a domain elsewhere, or to one address there (both lower case)
///   i hash:16 message:8          Places, where the message was put first; hash: of its Message-ID
///   r source NUL owner           RemoteSignature            (owner: mail::Address::key())
///   b domain                     Refusal: what it refused of signatures (lower case)
///   T domain                     TlsPolicy: its MTA-STS policy (lower case)
///   h hash:32                    until:8 (Unix seconds), until when a message handed over again is not taken again
///
/// of the queue (docs/decisions/0010-queue.md):
///
///   Q item:8                     Queued
///   w destination NUL priority:1 due:8 item:8   nothing: the item waits, and nobody touches it before `due` (Unix
///                                seconds)
///   d due:8 destination          a token: a bell, the destination may have an item due by then; due 0: now
///   l destination                Lease: the node that serves it, and until when
///   t hash:16 item:8             nothing: how an item is found; hash: of the message's Message-ID
///   x ended:8 item:8             nothing: the item has ended then, and is forgotten a day later
namespace paraph::record {

std::string format_key();
std::string counter_key(std::string_view kind);
std::string domain_key(std::string_view domain);
std::string account_key(AccountId account);
std::string address_key(std::string_view address);
std::string mailbox_key(AccountId account, MailboxId mailbox);
std::string mailbox_name_key(AccountId account, std::string_view name);
std::string entry_key(MailboxId mailbox, Uid uid);
std::string change_key(MailboxId mailbox, ModSeq modseq);
std::string message_key(MessageId message);
std::string message_uses_key(MessageId message);
std::string quota_bytes_key(AccountId account);
std::string quota_messages_key(AccountId account);
std::string signature_head_key(AccountId account);
std::string signature_key(AccountId account, std::uint64_t number);
std::string upload_key(std::uint64_t upload);
std::string server_key_key(std::string_view name);
std::string key_ring_key();
std::string domain_policy_key(std::string_view domain);
std::string account_policy_key(AccountId account);
std::string recipient_policy_key(std::string_view recipient);
std::string message_id_key(std::string_view hash, MessageId message);
std::string dkim_key_key(std::string_view domain, std::string_view selector);
/// `hash`: of the message, its envelope and its peer.
std::string repeat_key(const BlobId& hash);
std::string remote_signature_key(std::string_view source, std::string_view owner);
/// Seconds in keys of the queue are Unix seconds; kNever sorts behind all of them.
inline constexpr std::uint64_t kNever = UINT64_MAX;
std::string queued_key(std::uint64_t item);
std::string waiting_key(std::string_view destination, std::uint64_t due, std::uint64_t item,
                        mail::Priority priority = mail::Priority::Normal);
std::string bell_key(std::uint64_t due, std::string_view destination);
std::string lease_key(std::string_view destination);
std::string queued_of_key(std::string_view hash, std::uint64_t item);
std::string ended_key(std::uint64_t ended, std::uint64_t item);

/// All keys that begin with `prefix`, in byte order.
store::Scan all_with(std::string prefix);
/// The prefixes of whole families, for all_with().
std::string accounts_prefix();
std::string addresses_prefix();
std::string domains_prefix();
std::string mailboxes_prefix();
std::string mailboxes_prefix(AccountId account);
std::string entries_prefix();
std::string entries_prefix(MailboxId mailbox);
std::string changes_prefix(MailboxId mailbox);
std::string messages_prefix();
std::string message_uses_prefix();
std::string signatures_prefix();
std::string uploads_prefix();
std::string message_ids_prefix(std::string_view hash);
std::string remote_signatures_prefix();
std::string refusal_key(std::string_view domain);
std::string refusals_prefix();
std::string tls_policy_key(std::string_view domain);
std::string tls_policies_prefix();
std::string repeats_prefix();
/// The source and the owner in the key of a RemoteSignature: views into `key`. nullopt: it has no such form.
std::optional<std::pair<std::string_view, std::string_view>> remote_signature_names(std::string_view key);
std::string queued_prefix();
std::string waiting_prefix();
std::string waiting_prefix(std::string_view destination);
std::string waiting_prefix(std::string_view destination, mail::Priority priority);
std::string bells_prefix();
std::string leases_prefix();
std::string queued_of_prefix(std::string_view hash);
std::string ended_prefix();
/// What a `w` key and a `d` key say; the views point into `key`. nullopt: it has no such form.
struct WaitingKey {
  std::string_view destination;
  mail::Priority priority = mail::Priority::Normal;
  std::uint64_t due = 0;
  std::uint64_t item = 0;
};
std::optional<WaitingKey> parse_waiting_key(std::string_view key);
struct BellKey {
  std::uint64_t due = 0;
  std::string_view destination;
};
std::optional<BellKey> parse_bell_key(std::string_view key);
/// The keys of a domain; of all domains when it is empty.
std::string dkim_keys_prefix(std::string_view domain);

/// The big-endian number in the last `bytes` octets of a key (a uid, a modseq, an id); 0 for a shorter key.
std::uint64_t last_number(std::string_view key, std::size_t bytes);
std::string number_value(std::uint64_t number);  ///< 8 octets, big-endian
std::optional<std::uint64_t> parse_number_value(std::string_view value);

}  // namespace paraph::record
