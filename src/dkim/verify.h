#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signing_key.h"
#include "dkim/canonical.h"

/// Verifying a message (RFC 6376 §6) is two pure calls with a wait between:
///
///   1. find_signatures(header) gives what there is to check, and BodyHashing hashes the body while it streams by;
///   2. the caller asks for the TXT record at each key_name, in its own time;
///   3. check_signature() gives each signature's outcome.
namespace paraph::dkim {

/// RFC 8601 §2.7.1.
enum class Verdict : unsigned char { Pass, Fail, Neutral, Policy, TempError, PermError };
std::string_view name_of(Verdict verdict);  ///< "pass", ..., "temperror", "permerror"

/// What is said of one signature.
struct Outcome {
  Verdict verdict = Verdict::Neutral;
  std::string reason;                ///< a few words; empty for a pass without reserve
  std::string domain;                ///< d=, lower case; empty when it could not be read
  std::string selector;              ///< s=
  std::string identity;              ///< i= as written, or "@" and d=
  std::string algorithm;             ///< a=
  std::string b;                     ///< the first 8 characters of b=, to tell signatures apart (RFC 6008)
  bool testing = false;              ///< the key record has t=y: no better than unsigned
  std::vector<std::string> covered;  ///< h=, lower case
};

/// A DKIM-Signature field as read.
struct Signature {
  Outcome outcome;       ///< what is known so far; final when `key_name` is empty
  std::string key_name;  ///< whose TXT record is needed: "SELECTOR._domainkey.DOMAIN"
  crypto::KeyKind kind{};
  Canonical header{};
  Canonical body{};
  std::string body_hash;                 ///< 32 octets
  std::string signature;                 ///< octets
  std::optional<std::uint64_t> length;   ///< l=
  std::optional<std::uint64_t> expires;  ///< x=, Unix seconds
  std::string_view field;                ///< the whole field: points into the header block
  std::size_t b_begin = 0;               ///< the value of b= within `field`
  std::size_t b_end = 0;
};

inline constexpr std::size_t kSignaturesMax = 8;

/// The DKIM-Signature fields of `header` from the top down, at most `signatures_max` of them: each costs a look-up and
/// a public-key operation. Those that can already be judged (syntax, version, algorithm, From not signed) need no
/// look-up. The views point into `header`.
std::vector<Signature> find_signatures(std::string_view header, std::size_t signatures_max = kSignaturesMax);

/// The digests of a body, of those forms that are asked for.
struct BodyDigests {
  std::optional<BodyDigest> simple, relaxed;
  const std::optional<BodyDigest>& of(Canonical how) const { return how == Canonical::Simple ? simple : relaxed; }
};

/// Hashes a body once for all signatures; costs nothing when none is left to be checked.
class BodyHashing {
 public:
  explicit BodyHashing(const std::vector<Signature>& signatures);
  void feed(std::string_view piece);
  BodyDigests finish();

 private:
  std::optional<BodyHasher> simple_, relaxed_;
};

/// What DNS says of a key_name. With `temporary` there is no answer now; otherwise no records means that there are
/// none.
struct KeyAnswer {
  bool temporary = false;
  std::vector<std::string> records;  ///< TXT records, the strings of each joined; at most kKeyRecordsMax are looked at
};
inline constexpr std::size_t kKeyRecordsMax = 4;

/// Judges one signature of find_signatures(); `header` is the same block, still alive. Never throws for what a peer
/// wrote. Decisions beyond the RFC, in docs/decisions/0004-dkim.md: l= of less than the body is Policy, whatever it
/// covers; so are an expired signature, an RSA key of under 1024 bits, and a From field that is not covered beside one
/// that is; a key in test mode turns Fail into Neutral.
Outcome check_signature(const Signature& signature, std::string_view header, const BodyDigests& body,
                        const KeyAnswer& key, std::uint64_t now_unix_seconds);

}  // namespace paraph::dkim
