#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "mail/address.h"
#include "mail/envelope.h"
#include "record/codec.h"

namespace paraph::service {

/// Whose signature a submission gets: the owner of From, once it is sure that the principal may write as all of From,
/// Sender and MAIL FROM (RFC 6409 §6.1, spec 2.9). With several From mailboxes it is Sender's; with none (an empty
/// group, RFC 6854) the account's own address. Denied: an address is not the principal's. BadInput: no From, From or
/// Sender twice, or several From mailboxes without one Sender. Pure.
Result<mail::Address> check_sender(const record::Account& principal, const mail::Envelope& envelope,
                                   std::string_view header, const mail::Address& reverse_path);

}  // namespace paraph::service
