// The first half of verify.h: what DKIM-Signature fields say.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/base64.h"
#include "dkim/tags.h"
#include "dkim/verify.h"
#include "mime/field.h"

namespace paraph::dkim {
namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kNameBytesMax = 253;
constexpr std::size_t kBShown = 8;
constexpr std::size_t kShownBytesMax = 320;  ///< an address

void judge(Signature& signature, Verdict verdict, std::string reason) {
  signature.outcome.verdict = verdict;
  signature.outcome.reason = std::move(reason);
  signature.key_name.clear();
}

/// A name that may be asked of DNS: letters, digits, "-", "_" and what is not ASCII, in labels.
bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  return std::ranges::all_of(split(name, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, [](char c) {
      return static_cast<unsigned char>(c) >= 128 || is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
             c == '-' || c == '_';
    });
  });
}

/// c=: one or two names, "simple" where none is given (§3.5).
std::optional<Canonical> canonical_of(std::string_view name) {
  if (name.empty() || iequals(name, "simple")) return Canonical::Simple;
  if (iequals(name, "relaxed")) return Canonical::Relaxed;
  return std::nullopt;
}

bool read_canonical(Signature& signature, std::string_view value) {
  const auto slash = value.find('/');
  const auto header = canonical_of(trimmed(value.substr(0, slash)));
  const auto body = canonical_of(slash == std::string_view::npos ? "" : trimmed(value.substr(slash + 1)));
  if (!header || !body) return false;
  signature.header = *header;
  signature.body = *body;
  return true;
}

/// A decimal number of a tag that need not be there. False: there, and no number.
bool read_number(const TagList& tags, std::string_view name, std::optional<std::uint64_t>& to) {
  if (tags.find(name) == nullptr) return true;
  to = parse_decimal(without_blanks(tags.value(name)));
  return to.has_value();
}

bool is_in_domain(std::string_view name, std::string_view domain) {
  return name == domain || name.ends_with("." + std::string(domain));
}

/// What cannot be verified here, though another verifier may be able to.
void read_algorithm(Signature& signature) {
  const std::string& name = signature.outcome.algorithm;
  if (iequals(name, "rsa-sha256")) {
    signature.kind = crypto::KeyKind::Rsa;
  } else if (iequals(name, "ed25519-sha256")) {
    signature.kind = crypto::KeyKind::Ed25519;
  } else if (iequals(name, "rsa-sha1")) {
    judge(signature, Verdict::PermError, "rsa-sha1 is historic (RFC 8301)");
  } else {
    judge(signature, Verdict::Neutral, "unknown algorithm");
  }
}

/// The tags' values; a reason when one is missing or wrong.
std::string read_tags(Signature& signature, const TagList& tags) {
  Outcome& outcome = signature.outcome;
  const Tag* const b = tags.find("b");
  const auto octets = crypto::base64_decode(without_blanks(tags.value("b")));
  const auto body_hash = crypto::base64_decode(without_blanks(tags.value("bh")));
  if (b == nullptr || !octets || octets->empty()) return "b= is missing or no base64";
  signature.signature = *octets;
  signature.b_begin = b->value_begin;
  signature.b_end = b->value_end;
  outcome.b = without_blanks(b->value).substr(0, kBShown);
  if (!body_hash || body_hash->size() != kDigestBytes) return "bh= is missing or no SHA-256";
  signature.body_hash = *body_hash;
  if (!is_name(outcome.domain) || !is_name(outcome.selector)) return "d= or s= is missing or no name";
  for (const auto& name : colon_list(tags.value("h"))) outcome.covered.push_back(lowered(name));
  if (std::ranges::find(outcome.covered, "from") == outcome.covered.end()) return "From is not signed";
  if (!read_canonical(signature, tags.value("c"))) return "unknown canonicalization";
  std::optional<std::uint64_t> made;
  if (!read_number(tags, "t", made) || !read_number(tags, "x", signature.expires)) return "t= or x= is no number";
  if (!read_number(tags, "l", signature.length)) return "l= is no number";
  if (made && signature.expires && *signature.expires < *made) return "x= is before t=";
  const auto at = outcome.identity.rfind('@');
  if (at == std::string::npos || !is_in_domain(lowered(outcome.identity.substr(at + 1)), outcome.domain))
    return "i= is not in d=";
  if (tags.find("q") != nullptr) {
    const auto methods = colon_list(tags.value("q"));
    if (std::ranges::none_of(methods, [](const auto& method) { return iequals(method, "dns/txt"); }))
      return "no known way to the key";
  }
  return "";
}

Signature read_signature(std::string_view field, std::string_view value) {
  Signature signature;
  signature.field = field;
  const auto tags = TagList::parse(value);
  if (!tags) {
    judge(signature, Verdict::PermError, tags.error().text);
    return signature;
  }
  Outcome& outcome = signature.outcome;
  outcome.domain = lowered(tags->value("d").substr(0, kNameBytesMax + 1));
  outcome.selector = lowered(tags->value("s").substr(0, kNameBytesMax + 1));
  outcome.algorithm = without_blanks(tags->value("a").substr(0, kShownBytesMax));
  outcome.identity = tags->find("i") == nullptr ? "@" + outcome.domain : tags->value("i").substr(0, kShownBytesMax);
  if (tags->value("v") != "1") {
    judge(signature, Verdict::PermError, "v= is missing or not 1");
    return signature;
  }
  signature.key_name = fmt::format("{}._domainkey.{}", outcome.selector, outcome.domain);
  auto wrong = read_tags(signature, *tags);
  if (wrong.empty()) {
    const auto offset = static_cast<std::size_t>(value.data() - field.data());
    signature.b_begin += offset;
    signature.b_end += offset;
    read_algorithm(signature);
  } else {
    judge(signature, Verdict::PermError, std::move(wrong));
  }
  return signature;
}

}  // namespace

std::vector<Signature> find_signatures(std::string_view header, std::size_t signatures_max) {
  std::vector<Signature> found;
  for (const mime::Field& field : mime::Fields(header)) {
    if (found.size() == signatures_max) break;
    if (!iequals(field.name, "DKIM-Signature")) continue;
    found.push_back(read_signature(header.substr(field.range.begin, field.range.size()), field.value));
  }
  return found;
}

}  // namespace paraph::dkim
