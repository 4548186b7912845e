#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dkim/verify.h"
#include "mail/structure.h"

namespace paraph::dkim {

/// One method's word in an Authentication-Results field (RFC 8601 §2.2): `method=result reason="..." type.name=value`.
struct MethodResult {
  struct Property {
    std::string type;   ///< "header", "smtp", "policy"
    std::string name;   ///< "d", "mailfrom", ...
    std::string value;  ///< any octets: quoted where needed
  };
  std::string method;  ///< "dkim", "spf", "dmarc", ...: a keyword of the caller's
  std::string result;  ///< "pass", ...: likewise
  std::string reason;  ///< any octets; empty: none
  std::vector<Property> properties;
};

/// A DKIM outcome as such a word, with header.d, header.s, header.i, header.a and header.b.
MethodResult result_of(const Outcome& outcome);

/// The whole field with its last CRLF, one result a line; "none" when there are no results. What a peer wrote cannot
/// end a line, a quoted string or a comment: control and non-ASCII octets become "?", long values are cut.
std::string format_authentication_results(std::string_view authserv_id, const std::vector<MethodResult>& results);

/// Where in `header` there are Authentication-Results fields that claim to be ours, and so must be removed before ours
/// is put on top (§5): those whose authserv-id is `authserv_id`, whatever its case, with comments, a version, or
/// quoted; and those that name it and are not of the form. In order; ranges of whole fields.
std::vector<mail::Range> find_forged_results(std::string_view header, std::string_view authserv_id);

}  // namespace paraph::dkim
