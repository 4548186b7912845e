#pragma once
#include <string>

#include "mail/signature.h"

namespace paraph::session_http {

enum class Enabled { No, Yes };

/// The ETag of a signature: its revision, "none" for an empty one; with ".off" where the user switched it off, for the
/// document says so too.
std::string tag_of(const mail::Signature& signature, Enabled enabled);
/// The revision that such a tag stands for.
std::string revision_of_tag(std::string tag);

/// What the user is told of the own signature, as JSON (docs/API.md).
std::string user_document(const mail::Signature& signature, Enabled enabled);
/// What a peer is told of `user`'s signature (spec 3.2); as the user is named in the question.
std::string peer_document(const mail::Signature& signature, const std::string& user);

/// Where a peer gets these octets: the path ends in the SHA-256 in hex.
inline constexpr const char* kPeerMediaPath = "/.well-known/paraph/media/";

}  // namespace paraph::session_http
