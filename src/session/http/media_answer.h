#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"
#include "store/store.h"
#include "wire/http/message.h"

namespace paraph::session_http {

/// Octets that users gave must never run in a browser: no guessing of types, no scripts, nothing fetched.
void add_guards(http::Response& response);

/// The picture ("image"), the recording's variants ("voice"), or both (""). They point into `signature`.
std::vector<const mail::SignatureMedia*> media_of(const mail::Signature& signature, std::string_view kind = {});
/// The one whose octets have this SHA-256, in lower-case hex; or nullptr.
const mail::SignatureMedia* find_media(const std::vector<const mail::SignatureMedia*>& all, std::string_view sha256);

/// A recording or picture with its type, name and guards. Codes of store::Store::read_blob.
Task<Result<http::Response>> media_answer(store::Store& store, const mail::SignatureMedia& media);

}  // namespace paraph::session_http
