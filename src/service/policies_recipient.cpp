// Policies of recipients elsewhere: as what mail to them is made ready (spec 2.8).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mime/header.h"
#include "record/keys.h"
#include "service/accounts.h"
#include "service/policies.h"

namespace paraph::service {
namespace {

/// All else is about what somebody sends, or how they get mail here.
constexpr std::string_view kKey = "class";

/// The domain of what is a domain, or an address.
Result<std::string> domain_said_by(const std::string& recipient) {
  mail::Address address{.domain = recipient};
  const bool is_address = recipient.find('@') != std::string::npos;
  if ((is_address && !mime::parse_address(recipient, address)) || !is_domain(address.domain))
    return fail(Code::BadInput, fmt::format("\"{}\" is neither a domain nor an address", printable(recipient)));
  return lowered(address.domain);
}

}  // namespace

/// The rows of the domain, and of the recipient.
Task<Result<Policies::TwoRows>> Policies::load_recipient(std::string recipient) {
  recipient = lowered(recipient);
  const auto at = recipient.rfind('@');
  const std::string domain = at == std::string::npos ? recipient : recipient.substr(at + 1);
  std::vector<std::string> keys{record::recipient_policy_key(domain), record::recipient_policy_key(recipient)};
  co_return co_await load_rows(std::move(keys));
}

Task<Result<Policy>> Policies::of_recipient(mail::Address recipient) {
  PARAPH_CO_TRY(const auto settings, co_await load_recipient(recipient.key()));
  co_return effective_policy(settings.first, settings.second);
}

Task<Result<std::vector<EffectiveSetting>>> Policies::show_recipient(std::string recipient) {
  PARAPH_CO_TRY(const auto domain, domain_said_by(recipient));
  const bool of_domain = recipient.find('@') == std::string::npos;
  PARAPH_CO_TRY(const auto settings, co_await load_recipient(std::move(recipient)));
  auto shown = show_settings(settings.first, of_domain ? record::Settings() : settings.second);
  std::erase_if(shown, [](const EffectiveSetting& one) { return one.key != kKey; });
  co_return shown;
}

Task<Result<void>> Policies::set_recipient(std::string recipient, Changes changes) {
  PARAPH_CO_TRY(const auto domain, domain_said_by(recipient));
  Edits edits;
  for (auto& [key, value] : changes) {
    PARAPH_CO_CHECK(check_setting(key, value));
    if (key != kKey)
      co_return fail(Code::BadInput,
                     fmt::format("{} is not a local domain: of mail to others, {} can be set", domain, kKey));
    edits.emplace_back(std::move(key), value == "default" ? std::nullopt : std::optional(std::move(value)));
  }
  store::Batch batch;
  auto domain_row = record::domain_key(domain);
  PARAPH_CO_TRY(const auto local, co_await store_.get(domain_row));
  if (local) co_return fail(Code::Exists, fmt::format("{} is a local domain", domain));
  batch.expects.push_back({std::move(domain_row), std::nullopt});
  auto written =
      co_await write_row(std::move(batch), record::recipient_policy_key(lowered(recipient)), std::move(edits));
  co_return written;
}

}  // namespace paraph::service
