#pragma once
#include <string>
#include <vector>

#include "mail/address.h"

namespace paraph::mail {

/// RFC 9051 §7.5.2 ENVELOPE: header field bodies, unfolded, encoded words not decoded. Empty: the field is absent.
struct Envelope {
  std::string date;
  std::string subject;
  std::vector<NamedAddress> from, sender, reply_to, to, cc, bcc;  ///< sender and reply_to are NOT defaulted to from
  std::string in_reply_to;
  std::string message_id;
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

}  // namespace paraph::mail
