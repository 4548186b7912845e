#pragma once
#include <chrono>
#include <cstdint>

namespace paraph {

/// `[limits]` of the configuration: the one table of bounds on what comes from outside. Defaults are for a small
/// server.
struct Limits {
  std::uint64_t message_bytes_max = 52'428'800;
  std::uint32_t recipients_max = 1'000;                  ///< of one message
  std::uint32_t messages_per_connection_max = 1'000;     ///< mx
  std::uint32_t recipients_per_connection_max = 10'000;  ///< mx
  std::uint32_t recipient_guesses_max = 100;             ///< mx: RCPT that named nobody here, of one address in an hour
  std::uint32_t connections_max = 10'000;                ///< of one listener
  std::uint32_t connections_per_address_max = 2'000;
  std::uint32_t sessions_unauthenticated_max = 2'000;  ///< of all listeners together
  std::chrono::seconds greeting_timeout{30};           ///< until the first command
  std::chrono::seconds command_timeout{300};           ///< SMTP: between commands (RFC 5321 §4.5.3.2.7)
  std::chrono::seconds data_timeout{180};              ///< SMTP: between octets of a message
  std::chrono::seconds data_total_timeout{3600};       ///< SMTP, APPEND: for one whole message
  std::chrono::seconds transaction_timeout{3600};      ///< SMTP: from one message to the next, whatever else is said
  std::chrono::seconds write_timeout{120};             ///< a peer that does not read
  std::chrono::seconds imap_idle_timeout{1860};        ///< over 30 minutes (RFC 9051 §5.4)
  std::chrono::seconds login_timeout{60};              ///< IMAP before authentication
  std::uint32_t bad_commands_max = 20;                 ///< then the connection is closed
  std::uint32_t idle_commands_max = 100;               ///< SMTP: from one message to the next, of those that bring none
  std::uint32_t auth_failures_max = 5;                 ///< of one connection
  std::uint32_t received_max = 50;                     ///< Received fields: more is a loop
  std::uint32_t mailboxes_max = 10'000;                ///< of one account
  std::uint32_t account_name_bytes_max = 256;          ///< of the name shown to people
  std::uint32_t keywords_max = 64;                     ///< of one message
  std::uint32_t tombstones_max = 10'000;               ///< expunged UIDs that a mailbox remembers (for QRESYNC)
  std::uint64_t signature_text_bytes_max = 4'096;
  std::uint64_t signature_html_bytes_max = 32'768;
  std::uint64_t signature_upload_bytes_max = 4'194'304;  ///< a recording or a picture as it comes
  std::uint64_t signature_voice_bytes_max = 262'143;     ///< as it is kept, in each format
  std::uint64_t signature_image_bytes_max = 262'143;
  std::uint32_t signature_voice_seconds_max = 30;
  std::uint64_t signature_growth_bytes_max = 524'288;
};

}  // namespace paraph
