#include "dkim/verify.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/base64.h"
#include "dkim/signed_header.h"
#include "dkim/tags.h"
#include "mime/field.h"

namespace paraph::dkim {
namespace {

struct Judgement {
  Verdict verdict;
  std::string reason;
};

/// A key record that fits the signature (RFC 6376 §3.6.1).
struct KeyRecord {
  std::string public_key;
  bool testing = false;
};

bool has_item(const TagList& tags, std::string_view name, std::initializer_list<std::string_view> wanted) {
  const auto items = colon_list(tags.value(name));
  return std::ranges::any_of(items, [&](const std::string& item) {
    return std::ranges::any_of(wanted, [&](std::string_view one) { return iequals(item, one); });
  });
}

Result<KeyRecord> read_key(const Signature& signature, std::string_view record) {
  PARAPH_TRY(const auto tags, TagList::parse(record));
  const Tag* const version = tags.find("v");
  if (version != nullptr && (version != &tags.all().front() || version->value != "DKIM1"))
    return fail(Code::BadInput, "the record is no DKIM1 key");
  const auto kind = tags.find("k") == nullptr ? "rsa" : tags.value("k");
  if (!iequals(kind, signature.kind == crypto::KeyKind::Rsa ? "rsa" : "ed25519"))
    return fail(Code::BadInput, "the key is for another algorithm");
  if (tags.find("h") != nullptr && !has_item(tags, "h", {"sha256"}))
    return fail(Code::BadInput, "the key is for another hash");
  if (tags.find("s") != nullptr && !has_item(tags, "s", {"*", "email"}))
    return fail(Code::BadInput, "the key is not for mail");
  const Tag* const p = tags.find("p");
  if (p == nullptr) return fail(Code::BadInput, "the record has no key");
  const std::string text = without_blanks(p->value);
  if (text.empty()) return fail(Code::BadInput, "the key is revoked");
  auto octets = crypto::base64_decode(text);
  if (!octets) return fail(Code::BadInput, "the key is no base64");
  const std::string& identity = signature.outcome.identity;
  if (has_item(tags, "t", {"s"}) && lowered(identity.substr(identity.rfind('@') + 1)) != signature.outcome.domain)
    return fail(Code::BadInput, "the key is not for subdomains, and i= is in one");
  return KeyRecord{.public_key = std::move(*octets), .testing = has_item(tags, "t", {"y"})};
}

/// What holds whatever the key is; nullopt when nothing stands against the signature.
std::optional<Judgement> check_frame(const Signature& signature, std::string_view header, const BodyDigests& body,
                                     std::uint64_t now) {
  if (signature.expires && *signature.expires < now) return Judgement{Verdict::Policy, "the signature has expired"};
  const auto covered = std::ranges::count(signature.outcome.covered, "from");
  if (std::cmp_greater(mime::count_fields(header, "From"), covered))
    return Judgement{Verdict::Policy, "a From field is not covered"};
  const auto& digest = body.of(signature.body);
  if (!digest) return Judgement{Verdict::TempError, "the body was not hashed"};
  if (signature.length && *signature.length < digest->bytes)
    return Judgement{Verdict::Policy, "only a part of the body is signed"};
  if (signature.length && *signature.length > digest->bytes) return Judgement{Verdict::Fail, "the body was cut"};
  if (digest->sha256 != signature.body_hash) return Judgement{Verdict::Fail, "the body was changed"};
  return std::nullopt;
}

std::string digest_of(const Signature& signature, std::string_view header) {
  std::string field(signature.field);
  field.erase(signature.b_begin, signature.b_end - signature.b_begin);
  return header_digest(signature.header, header, signature.outcome.covered, signature.field, field);
}

Judgement check_key(const Signature& signature, const std::string& digest, std::string_view record, bool& testing) {
  const auto key = read_key(signature, record);
  if (!key) return {Verdict::PermError, key.error().text};
  testing = key->testing;
  const auto fits = crypto::verify_signature(signature.kind, key->public_key, digest, signature.signature);
  if (!fits) {
    const bool length = fits.error().code == Code::Denied || fits.error().code == Code::Unsupported;
    return {length ? Verdict::Policy : Verdict::PermError, fits.error().text};
  }
  if (*fits) return {Verdict::Pass, testing ? "the key is in test mode" : ""};
  return {testing ? Verdict::Neutral : Verdict::Fail, "the signature does not fit"};
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "pass";
    case Verdict::Fail:
      return "fail";
    case Verdict::Neutral:
      return "neutral";
    case Verdict::Policy:
      return "policy";
    case Verdict::TempError:
      return "temperror";
    case Verdict::PermError:
      return "permerror";
  }
  return "neutral";
}

BodyHashing::BodyHashing(const std::vector<Signature>& signatures) {
  for (const auto& signature : signatures) {
    if (signature.key_name.empty()) continue;
    auto& hasher = signature.body == Canonical::Simple ? simple_ : relaxed_;
    if (!hasher) hasher.emplace(signature.body);
  }
}

void BodyHashing::feed(std::string_view piece) {
  if (simple_) simple_->feed(piece);
  if (relaxed_) relaxed_->feed(piece);
}

BodyDigests BodyHashing::finish() {
  BodyDigests digests;
  if (simple_) digests.simple = simple_->finish();
  if (relaxed_) digests.relaxed = relaxed_->finish();
  return digests;
}

Outcome check_signature(const Signature& signature, std::string_view header, const BodyDigests& body,
                        const KeyAnswer& key, std::uint64_t now_unix_seconds) {
  Outcome outcome = signature.outcome;
  if (signature.key_name.empty()) return outcome;
  const auto judge = [&](Judgement judgement) {
    outcome.verdict = judgement.verdict;
    outcome.reason = std::move(judgement.reason);
  };
  if (auto against = check_frame(signature, header, body, now_unix_seconds)) {
    judge(std::move(*against));
  } else if (key.temporary) {
    judge({Verdict::TempError, "no answer for the key"});
  } else if (key.records.empty()) {
    judge({Verdict::PermError, "there is no key"});
  } else {
    const std::string digest = digest_of(signature, header);
    judge(check_key(signature, digest, key.records.front(), outcome.testing));
    for (std::size_t i = 1; i < std::min(key.records.size(), kKeyRecordsMax) && outcome.verdict != Verdict::Pass; ++i) {
      bool testing = false;
      auto other = check_key(signature, digest, key.records[i], testing);
      if (other.verdict != Verdict::Pass) continue;
      outcome.testing = testing;
      judge(std::move(other));
    }
  }
  return outcome;
}

}  // namespace paraph::dkim
