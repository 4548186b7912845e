#pragma once
#include <string>

#include "mail/address.h"
#include "service/policies.h"
#include "service/verify_incoming.h"

/// What becomes of a message from elsewhere, by what it could prove and what its receiver's policy says of that
/// (docs/POLICY.md). Pure.
namespace paraph::service {

/// In order of strictness.
enum class Arrival { Inbox, Junk, Refused };

/// A domain that asks for the refusal of what is not its own gets no more than the receiver's policy grants. An SPF
/// fail counts only where DMARC does not pass: mail that was forwarded fails SPF, and its DKIM signature still shows
/// who wrote it.
Arrival arrival_of(const Provenance& provenance, const Policy& policy);

/// Did whoever handed the message over on MX show that its reverse-path is theirs: by SPF, or by DMARC for an author of
/// that very domain? Reports that nobody needs go nowhere else: a stranger could have them sent to whom he likes.
bool reverse_path_is_proven(const Provenance& provenance, const mail::Address& reverse_path);

/// What a sender is told whom `policy` refuses.
struct Refusal {
  std::string status;  ///< "5.7.26", "5.7.23" (RFC 7372)
  std::string text;
};
Refusal refusal_of(const Provenance& provenance, const Policy& policy);

}  // namespace paraph::service
