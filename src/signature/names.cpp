#include "signature/names.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "signature/concat.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kBoundaryOctets = 15;  // 24 characters
constexpr std::size_t kIdOctets = 8;

std::string base32(std::string_view octets) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint64_t bits = 0;
  unsigned count = 0;
  for (const char c : octets) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += kAlphabet[bits >> (count - 5) & 31];
  }
  return out;
}

bool is_domain(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '.';
  });
}

}  // namespace

Names::Names(const Submission& submission, const mail::Signature& signature, const View& view)
    : nonce_(submission.nonce),
      domain_(is_domain(submission.domain) ? std::string_view(submission.domain) : "invalid"),
      view_(view) {
  const auto octets = crypto::base64url_decode(signature.revision);
  revision_ =
      hex(octets && octets->size() >= 4 ? std::string_view(*octets).substr(0, 4) : std::string_view("\0\0\0\0", 4));
}

std::string Names::next_boundary() {
  for (;;) {
    const BlobId digest = crypto::sha256(concat({"boundary ", std::to_string(boundaries_++), " ", nonce_}));
    std::string boundary = "=_prph_" + base32(digest.view().substr(0, kBoundaryOctets));
    if (!view_.contains(boundary)) return boundary;
  }
}

std::string Names::content_id(std::string_view kind) const {
  const BlobId digest = crypto::sha256(concat({kind, " ", nonce_}));
  return concat({kind, ".", revision_, ".", hex(digest.view().substr(0, kIdOctets)), "@sig.", domain_});
}

}  // namespace paraph::signature
