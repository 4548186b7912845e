#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "service/import_signature.h"

namespace paraph::session_http {

/// One part of a signature as a client sends it: what it says it is, and the octets.
struct Upload {
  std::string_view content_type;  ///< empty: it does not say
  std::string octets;
};

/// Puts an upload into `change` under its name: "text", "html", "voice", "image". Unsupported: the type cannot be that
/// of such a part, or another charset than UTF-8. BadInput: another name, or a recording or picture without octets.
Result<void> add_upload(service::SignatureChange& change, std::string_view name, Upload upload);

/// The fields of a form (RFC 7578) whose Content-Type is this. Unsupported: it is no multipart/form-data. BadInput:
/// malformed, or a field that is none of those names or comes twice.
Result<service::SignatureChange> read_form(std::string_view content_type, std::string_view body);

}  // namespace paraph::session_http
