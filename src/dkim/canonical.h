#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/sha256.h"

namespace paraph::dkim {

/// RFC 6376 §3.4.
enum class Canonical : unsigned char { Simple, Relaxed };

/// One header field as it is signed, with its last CRLF (§3.4.1, §3.4.2). `field` is the whole field, folding and last
/// CRLF included.
std::string canonical_field(Canonical how, std::string_view field);

/// What a signature says and what a body gives: the SHA-256 of the canonical body, and its length.
struct BodyDigest {
  std::string sha256;  ///< 32 octets
  std::uint64_t bytes = 0;
  friend bool operator==(const BodyDigest&, const BodyDigest&) = default;
};

/// Hashes a body that comes in pieces of any size (§3.4.3, §3.4.4); holds at most some kilobytes of it. Only CRLF ends
/// a line. Linear. One thread at a time.
class BodyHasher {
 public:
  explicit BodyHasher(Canonical how) : how_(how) {}
  void feed(std::string_view piece);
  /// Once, after the last piece.
  BodyDigest finish();

 private:
  void text(std::string_view run);
  void octets(std::string_view run);
  void write(std::string_view octets);
  void flush();

  Canonical how_;
  crypto::Sha256 hash_;
  std::string buffer_;           ///< canonical, not hashed yet
  std::uint64_t bytes_ = 0;      ///< canonical octets written
  std::uint64_t line_ends_ = 0;  ///< seen, and only to be written if something follows
  bool blanks_ = false;          ///< relaxed: a run of blanks, likewise
  bool cr_ = false;              ///< the last piece ended in CR
};

}  // namespace paraph::dkim
