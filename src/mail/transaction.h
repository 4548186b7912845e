#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "mail/address.h"

namespace paraph::mail {

/// NOTIFY of a recipient (RFC 3461 §4.1): of what its sender wants to hear. None of the three: NEVER.
struct Notify {
  bool success = false, failure = false, delay = false;
  friend bool operator==(const Notify&, const Notify&) = default;
};

/// One recipient of a mail transaction, as RCPT named it (RFC 5321 §4.1.1.3, RFC 3461 §4).
struct Recipient {
  Address address;
  std::optional<Notify> notify;  ///< nullopt: not said, which means failure, and delay if the server likes
  std::string original;  ///< ORCPT: type and address as its sender wrote it, xtext decoded: "rfc822;alice@example.org";
                         ///< "" : not said
  friend bool operator==(const Recipient&, const Recipient&) = default;
};

/// BODY= of RFC 6152 and RFC 3030.
enum class Body : std::uint8_t { SevenBit, EightBitMime, BinaryMime };

/// RET of RFC 3461 §4.3: what of the message a report of failure shall hold.
enum class Return : std::uint8_t { Unsaid, Full, Headers };

/// Who goes first when several wait for one server. Stored on disk: never renumber.
enum class Priority : std::uint8_t { Normal = 0, Urgent = 1, NonUrgent = 2 };
inline constexpr std::array kPriorities{Priority::Urgent, Priority::Normal, Priority::NonUrgent};  ///< the first first

/// What MAIL said besides the reverse-path, and what goes with the message to the next server.
struct MailOptions {
  Body body = Body::SevenBit;
  bool smtputf8 = false;     ///< RFC 6531
  bool require_tls = false;  ///< RFC 8689
  Return ret = Return::Unsaid;
  std::string envid;  ///< RFC 3461 §4.4, xtext decoded; "": not said
  friend bool operator==(const MailOptions&, const MailOptions&) = default;
};

}  // namespace paraph::mail
