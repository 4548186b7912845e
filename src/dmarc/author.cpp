#include "dmarc/author.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "dns/names.h"
#include "mime/address_list.h"
#include "mime/field.h"
#include "mime/idna.h"

namespace paraph::dmarc {
namespace {

constexpr std::size_t kAddressesMax = 100;

std::optional<std::string> canonical_domain(std::string_view domain) {
  const auto ascii = mime::to_a_labels(domain);
  if (!ascii || ascii->starts_with('[')) return std::nullopt;
  auto name = dns::canonical_name(*ascii);
  if (!name) return std::nullopt;
  return std::move(*name);
}

}  // namespace

Authors find_authors(std::string_view header) {
  Authors authors;
  std::size_t addresses = 0;
  bool there = false;
  for (const mime::Field& field : mime::Fields(header)) {
    if (!iequals(field.name, "From")) continue;
    there = true;
    for (const auto& each : mime::parse_address_list(field.value, kAddressesMax)) {
      if (each.group_start || each.group_end) continue;
      if (++addresses > kAddressesMax) {
        authors.too_many = true;
        return authors;
      }
      auto domain = canonical_domain(each.address.domain);
      if (!domain) {
        authors.unreadable = true;
        continue;
      }
      if (std::ranges::find(authors.domains, *domain) != authors.domains.end()) continue;
      if (authors.domains.size() == kAuthorDomainsMax) {
        authors.too_many = true;
        return authors;
      }
      authors.domains.push_back(std::move(*domain));
    }
  }
  // Without any From no reader is shown somebody: many a telephone system writes none.
  if (there && addresses == 0) authors.unreadable = true;
  return authors;
}

}  // namespace paraph::dmarc
