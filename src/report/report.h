#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mail/transaction.h"

namespace paraph::report {

/// Action of RFC 3464 §2.3.3.
enum class Action { Failed, Delayed, Delivered, Relayed, Expanded };

/// One recipient of a report.
struct About {
  mail::Recipient recipient;
  Action action = Action::Failed;
  std::string status;       ///< "5.1.1" (RFC 3463)
  std::string remote_host;  ///< who said `diagnostic`; "": we did
  std::string diagnostic;   ///< "550 5.1.1 no such user", cleaned; or our sentence when `remote_host` is empty
  std::optional<Time> last_attempt;
  std::optional<Time> retry_until;  ///< Delayed: when we give up
};

/// A delivery status notification to be made (RFC 3461 §6, RFC 3464; RFC 6533 when `options.smtputf8`).
struct Report {
  std::string server_name;  ///< Reporting-MTA
  mail::Address to;         ///< the reverse-path of the message: never null, nothing is reported about a report
  mail::MailOptions options;
  Time arrived, now;
  std::string message_id;    ///< of the report: "<...@server>"
  std::string boundary;      ///< chance of at least 32 octets in hex: boundaries are made of it
  std::vector<About> about;  ///< one at least
  std::string_view header;   ///< top header block of the message, with its empty line: returned, never its whole audio
};

/// The whole message with CRLF line ends: multipart/report of a text for people, message/delivery-status (or
/// message/global-delivery-status) and text/rfc822-headers (or message/global-headers). `Auto-Submitted: auto-replied`,
/// `From: MAILER-DAEMON@server`, `In-Reply-To` and `References` of the message. Lines of at most 998 octets, 7-bit
/// unless smtputf8. Pure.
std::string make_report(const Report& report);

/// Shall a report with this action be sent about the recipient (RFC 3461 §4.1, §6.2)? Delivered and Relayed only when
/// asked for.
bool is_wanted(const mail::Recipient& recipient, Action action);

}  // namespace paraph::report
