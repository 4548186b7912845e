#include "record/keys.h"

#include <utility>

namespace paraph::record {
namespace {

constexpr std::string_view kNul("\0", 1);

/// Builds one key: a letter, then numbers and text in the order given.
class Key {
 public:
  explicit Key(char family) : octets_(1, family) {}
  Key& number(std::uint64_t value, unsigned bytes = 8) {
    for (unsigned i = bytes; i-- > 0;) octets_ += static_cast<char>((value >> (8 * i)) & 0xFF);
    return *this;
  }
  Key& text(std::string_view text) {
    octets_ += text;
    return *this;
  }
  std::string take() { return std::move(octets_); }

 private:
  std::string octets_;
};

/// Of Normal, Urgent and NonUrgent, in the order in which they go.
constexpr std::string_view kPlaces = "bac";

std::uint64_t big_endian(std::string_view octets) {
  std::uint64_t number = 0;
  for (const char c : octets) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

}  // namespace

std::string format_key() { return Key('F').take(); }
std::string counter_key(std::string_view kind) { return Key('I').text(kind).take(); }
std::string domain_key(std::string_view domain) { return Key('D').text(domain).take(); }
std::string account_key(AccountId account) { return Key('A').number(account.value).take(); }
std::string address_key(std::string_view address) { return Key('a').text(address).take(); }
std::string mailbox_key(AccountId account, MailboxId mailbox) {
  return Key('M').number(account.value).number(mailbox.value).take();
}
std::string mailbox_name_key(AccountId account, std::string_view name) {
  return Key('n').number(account.value).text(name).take();
}
std::string entry_key(MailboxId mailbox, Uid uid) { return Key('e').number(mailbox.value).number(uid.value, 4).take(); }
std::string change_key(MailboxId mailbox, ModSeq modseq) {
  return Key('c').number(mailbox.value).number(modseq.value).take();
}
std::string message_key(MessageId message) { return Key('m').number(message.value).take(); }
std::string message_uses_key(MessageId message) { return Key('u').number(message.value).take(); }
std::string quota_bytes_key(AccountId account) { return Key('q').number(account.value).text("b").take(); }
std::string quota_messages_key(AccountId account) { return Key('q').number(account.value).text("m").take(); }
std::string signature_head_key(AccountId account) { return Key('s').number(account.value).take(); }
std::string signature_key(AccountId account, std::uint64_t number) {
  return Key('S').number(account.value).number(number).take();
}
std::string upload_key(std::uint64_t upload) { return Key('U').number(upload).take(); }
std::string server_key_key(std::string_view name) { return Key('K').text(name).take(); }
std::string key_ring_key() { return Key('R').take(); }
std::string domain_policy_key(std::string_view domain) { return Key('P').text(domain).take(); }
std::string account_policy_key(AccountId account) { return Key('p').number(account.value).take(); }
std::string recipient_policy_key(std::string_view recipient) { return Key('E').text(recipient).take(); }
std::string remote_signature_key(std::string_view source, std::string_view owner) {
  return Key('r').text(source).text(kNul).text(owner).take();
}
std::string remote_signatures_prefix() { return "r"; }
std::string refusal_key(std::string_view domain) { return Key('b').text(domain).take(); }
std::string refusals_prefix() { return "b"; }
std::string tls_policy_key(std::string_view domain) { return Key('T').text(domain).take(); }
std::string tls_policies_prefix() { return "T"; }
std::string repeat_key(const BlobId& hash) { return Key('h').text(hash.view()).take(); }
std::string repeats_prefix() { return "h"; }
std::optional<std::pair<std::string_view, std::string_view>> remote_signature_names(std::string_view key) {
  const auto nul = key.find('\0');
  if (key.empty() || key[0] != 'r' || nul == key.npos || nul == 1 || nul + 1 == key.size()) return std::nullopt;
  return std::pair(key.substr(1, nul - 1), key.substr(nul + 1));
}
std::string message_id_key(std::string_view hash, MessageId message) {
  return Key('i').text(hash).number(message.value).take();
}
std::string dkim_key_key(std::string_view domain, std::string_view selector) {
  return dkim_keys_prefix(domain) + std::string(selector);
}

std::string queued_key(std::uint64_t item) { return Key('Q').number(item).take(); }
std::string waiting_key(std::string_view destination, std::uint64_t due, std::uint64_t item, mail::Priority priority) {
  const std::string_view place(kPlaces.data() + std::to_underlying(priority), 1);
  return Key('w').text(destination).text(kNul).text(place).number(due).number(item).take();
}
std::string bell_key(std::uint64_t due, std::string_view destination) {
  return Key('d').number(due).text(destination).take();
}
std::string lease_key(std::string_view destination) { return Key('l').text(destination).take(); }
std::string queued_of_key(std::string_view hash, std::uint64_t item) { return Key('t').text(hash).number(item).take(); }
std::string ended_key(std::uint64_t ended, std::uint64_t item) { return Key('x').number(ended).number(item).take(); }
std::optional<WaitingKey> parse_waiting_key(std::string_view key) {
  constexpr std::size_t kBehindNul = 17;
  if (key.size() < 3 + kBehindNul || key[0] != 'w' || key[key.size() - kBehindNul - 1] != '\0') return std::nullopt;
  const auto destination = key.substr(1, key.size() - kBehindNul - 2);
  const auto place = kPlaces.find(key[key.size() - kBehindNul]);
  if (destination.find('\0') != destination.npos || place == kPlaces.npos) return std::nullopt;
  return WaitingKey{.destination = destination,
                    .priority = static_cast<mail::Priority>(place),
                    .due = last_number(key.substr(0, key.size() - 8), 8),
                    .item = last_number(key, 8)};
}
std::optional<BellKey> parse_bell_key(std::string_view key) {
  if (key.size() < 10 || key[0] != 'd') return std::nullopt;
  return BellKey{.due = last_number(key.substr(0, 9), 8), .destination = key.substr(9)};
}

store::Scan all_with(std::string prefix) {
  store::Scan scan{.from = prefix, .to = std::move(prefix)};
  // The end is the first key after every key with the prefix: its last octet below 0xFF, one higher. (A family's letter
  // is below 0xFF, so there always is one.)
  while (!scan.to.empty() && scan.to.back() == '\xFF') scan.to.pop_back();
  if (!scan.to.empty()) scan.to.back() = static_cast<char>(static_cast<unsigned char>(scan.to.back()) + 1);
  return scan;
}

std::string accounts_prefix() { return "A"; }
std::string addresses_prefix() { return "a"; }
std::string domains_prefix() { return "D"; }
std::string mailboxes_prefix() { return "M"; }
std::string mailboxes_prefix(AccountId account) { return Key('M').number(account.value).take(); }
std::string entries_prefix() { return "e"; }
std::string entries_prefix(MailboxId mailbox) { return Key('e').number(mailbox.value).take(); }
std::string changes_prefix(MailboxId mailbox) { return Key('c').number(mailbox.value).take(); }
std::string messages_prefix() { return "m"; }
std::string message_uses_prefix() { return "u"; }
std::string signatures_prefix() { return "S"; }
std::string uploads_prefix() { return "U"; }
std::string queued_prefix() { return "Q"; }
std::string waiting_prefix() { return "w"; }
std::string waiting_prefix(std::string_view destination, mail::Priority priority) {
  return waiting_prefix(destination) + kPlaces[std::to_underlying(priority)];
}
std::string waiting_prefix(std::string_view destination) { return Key('w').text(destination).text(kNul).take(); }
std::string bells_prefix() { return "d"; }
std::string leases_prefix() { return "l"; }
std::string queued_of_prefix(std::string_view hash) { return Key('t').text(hash).take(); }
std::string ended_prefix() { return "x"; }
std::string message_ids_prefix(std::string_view hash) { return Key('i').text(hash).take(); }
std::string dkim_keys_prefix(std::string_view domain) {
  Key key('k');
  if (!domain.empty()) key.text(domain).text(kNul);
  return key.take();
}

std::uint64_t last_number(std::string_view key, std::size_t bytes) {
  return key.size() < bytes ? 0 : big_endian(key.substr(key.size() - bytes));
}

std::string number_value(std::uint64_t number) {
  std::string octets;
  for (unsigned i = 8; i-- > 0;) octets += static_cast<char>((number >> (8 * i)) & 0xFF);
  return octets;
}

std::optional<std::uint64_t> parse_number_value(std::string_view value) {
  if (value.size() != 8) return std::nullopt;
  return big_endian(value);
}

}  // namespace paraph::record
