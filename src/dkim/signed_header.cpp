#include "dkim/signed_header.h"

#include <unordered_map>

#include "base/text.h"
#include "mime/field.h"

namespace paraph::dkim {

std::string header_digest(Canonical how, std::string_view header, const std::vector<std::string>& names,
                          std::string_view signature_field, std::string_view signature_field_with_empty_b) {
  std::unordered_map<std::string, std::vector<std::string_view>> instances;
  for (const mime::Field& field : mime::Fields(header)) {
    const auto whole = header.substr(field.range.begin, field.range.size());
    if (whole.data() != signature_field.data()) instances[lowered(field.name)].push_back(whole);
  }
  crypto::Sha256 hash;
  for (const auto& name : names) {
    const auto found = instances.find(lowered(name));
    if (found == instances.end() || found->second.empty()) continue;
    hash.update(canonical_field(how, found->second.back()));
    found->second.pop_back();
  }
  const std::string last = canonical_field(how, signature_field_with_empty_b);
  hash.update(std::string_view(last).substr(0, last.size() - 2));  // without CRLF
  const BlobId digest = hash.finish();
  return std::string(digest.view());
}

}  // namespace paraph::dkim
