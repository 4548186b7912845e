#include "service/sender.h"

#include <fmt/format.h>

#include <algorithm>

#include "mime/address_list.h"
#include "mime/field.h"
#include "service/accounts.h"

namespace paraph::service {
namespace {

/// The mailboxes of a list, group names left out.
std::vector<mail::Address> mailboxes_of(const std::vector<mail::NamedAddress>& list) {
  std::vector<mail::Address> addresses;
  for (const auto& entry : list) {
    if (!entry.group_start && !entry.group_end) addresses.push_back(entry.address);
  }
  return addresses;
}

Result<void> check_own(const record::Account& principal, const std::vector<mail::Address>& addresses,
                       std::string_view field) {
  for (const auto& address : addresses) {
    if (Accounts::may_send_as(principal, address.text())) continue;
    return fail(Code::Denied, fmt::format("{} is {}, which is not an address of {}", field, printable(address.text()),
                                          printable(principal.address)));
  }
  return {};
}

}  // namespace

Result<mail::Address> check_sender(const record::Account& principal, const mail::Envelope& envelope,
                                   std::string_view header, const mail::Address& reverse_path) {
  if (mime::count_fields(header, "From") != 1)
    return fail(Code::BadInput, "a message has one From field (RFC 5322, section 3.6)");
  if (mime::count_fields(header, "Sender") > 1) return fail(Code::BadInput, "a message has at most one Sender field");
  const auto from = mailboxes_of(envelope.from);
  const auto sender = mailboxes_of(envelope.sender);
  PARAPH_CHECK(check_own(principal, from, "From"));
  PARAPH_CHECK(check_own(principal, sender, "Sender"));
  if (!reverse_path.null()) {
    PARAPH_CHECK(check_own(principal, {reverse_path}, "MAIL FROM"));
  }
  if (from.size() > 1 && sender.size() != 1) {
    return fail(Code::BadInput, "several From addresses need a Sender field with one (RFC 5322, section 3.6.2)");
  }
  if (from.size() > 1) return sender.front();
  if (from.size() == 1) return from.front();
  mail::Address own;
  if (!mime::parse_address(principal.address, own)) return fail(Code::Corrupt, "the account's address cannot be read");
  return own;
}

}  // namespace paraph::service
