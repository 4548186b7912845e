#include "dkim/trust.h"

#include <algorithm>

#include "base/text.h"
#include "dkim/tags.h"
#include "mime/address_list.h"
#include "mime/field.h"

namespace paraph::dkim {
namespace {

constexpr std::string_view kField = "Paraph-Signature";
constexpr std::string_view kFieldLower = "paraph-signature";

/// The domain of the one mailbox in the one From field, lower case.
Result<std::string> domain_of_from(std::string_view header) {
  const auto from = mime::find_field(header, "From");
  if (!from || mime::count_fields(header, "From") != 1) return fail(Code::Denied, "there is not one From field");
  const auto addresses = mime::parse_address_list(from->value);
  if (addresses.size() != 1 || addresses.front().address.domain.empty())
    return fail(Code::Denied, "From is not one mailbox");
  return lowered(addresses.front().address.domain);
}

bool vouches(const Outcome& outcome, std::string_view domain) {
  return outcome.verdict == Verdict::Pass && !outcome.testing && outcome.domain == domain &&
         std::ranges::find(outcome.covered, kFieldLower) != outcome.covered.end();
}

}  // namespace

Result<std::string> check_foreign_signature(std::string_view header, const std::vector<Outcome>& outcomes) {
  const auto field = mime::find_field(header, kField);
  if (!field) return fail(Code::NotFound, "there is no Paraph-Signature");
  if (mime::count_fields(header, kField) != 1) return fail(Code::BadInput, "there is more than one Paraph-Signature");
  PARAPH_TRY(const auto tags, TagList::parse(field->value));
  const std::string domain = lowered(tags.value("d"));
  if (domain.empty() || tags.value("v") != "1") return fail(Code::BadInput, "Paraph-Signature cannot be read");
  PARAPH_TRY(const auto from, domain_of_from(header));
  if (from != domain) return fail(Code::Denied, "From is of another domain than Paraph-Signature");
  if (std::ranges::none_of(outcomes, [&](const Outcome& outcome) { return vouches(outcome, domain); }))
    return fail(Code::Denied, "no DKIM signature of that domain passes and covers Paraph-Signature");
  return domain;
}

}  // namespace paraph::dkim
