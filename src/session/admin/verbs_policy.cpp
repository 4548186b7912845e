// The verbs of policies and of the keys of Paraph-Signature.
#include <fmt/format.h>

#include "base/text.h"
#include "session/admin/date.h"
#include "session/admin/verbs.h"

namespace paraph::admin {
namespace {

/// "KEY=VALUE KEY=VALUE ...", as the command line sends it.
Result<service::Policies::Changes> parse_settings(std::string_view text) {
  service::Policies::Changes changes;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    const auto equals = word.find('=');
    if (equals == std::string_view::npos)
      return fail(Code::BadInput, fmt::format("\"{}\" is not of the form KEY=VALUE", printable(word, 60)));
    changes.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  if (changes.empty()) return fail(Code::BadInput, "there is nothing to set: give KEY=VALUE");
  return changes;
}

}  // namespace

/// A domain, or an account in one.
Task<Result<Verbs::Subject>> Verbs::find_subject(std::string name) {
  if (name.find('@') != std::string::npos) {
    PARAPH_CO_TRY(const auto account, co_await accounts_.find(name));
    co_return Subject{.name = account.address,
                      .domain = account.address.substr(account.address.rfind('@') + 1),
                      .account = account.id};
  }
  const bool local = co_await accounts_.is_local_domain(name);
  if (!local) co_return fail(Code::NotFound, fmt::format("{} is not a local domain", printable(name)));
  co_return Subject{.name = name, .domain = name, .account = std::nullopt};
}

/// A domain that is not here, or an address there.
Task<Result<bool>> Verbs::is_elsewhere(std::string subject) {
  auto domain = subject.substr(subject.rfind('@') + 1);
  PARAPH_CO_TRY(const bool local, co_await accounts_.is_local(std::move(domain)));
  co_return !local;
}

Task<Result<void>> Verbs::policy_show(Request request, PrintLine print) {
  const auto name = request.field("subject");
  PARAPH_CO_TRY(const bool elsewhere, co_await is_elsewhere(name));
  std::vector<service::EffectiveSetting> settings;
  if (elsewhere) {
    PARAPH_CO_TRY(settings, co_await policies_.show_recipient(name));
  } else {
    PARAPH_CO_TRY(const auto subject, co_await find_subject(name));
    PARAPH_CO_TRY(settings, co_await policies_.show(subject.domain, subject.account));
  }
  for (const auto& one : settings)
    co_await print(fmt::format("{:<15} {:<22} {}", one.key, one.value, service::name_of(one.origin)));
  co_return Result<void>();
}

Task<Result<void>> Verbs::policy_set(Request request, PrintLine print) {
  PARAPH_CO_TRY(auto changes, parse_settings(request.field("settings")));
  const auto name = request.field("subject");
  PARAPH_CO_TRY(const bool elsewhere, co_await is_elsewhere(name));
  if (elsewhere) {
    PARAPH_CO_CHECK(co_await policies_.set_recipient(name, std::move(changes)));
    co_await print(fmt::format("{}: policy set, of mail that goes there", printable(name)));
    co_return Result<void>();
  }
  PARAPH_CO_TRY(const auto subject, co_await find_subject(name));
  PARAPH_CO_CHECK(co_await policies_.set(subject.domain, subject.account, std::move(changes)));
  co_await print(fmt::format("{}: policy set", subject.name));
  co_return Result<void>();
}

Task<Result<void>> Verbs::key_list(Request, PrintLine print) {
  PARAPH_CO_TRY(const auto ring, co_await keys_.list());
  for (const auto& key : ring) {
    const auto made = key.made == Time{} ? "at first use" : date_of(key.made);
    const auto state = key.retired ? "retired " + date_of(*key.retired) : std::string("active");
    co_await print(fmt::format("{:<5} made {:<20}  {}", key.id, made, state));
  }
  co_return Result<void>();
}

Task<Result<void>> Verbs::key_rotate(Request, PrintLine print) {
  PARAPH_CO_TRY(const auto next, co_await keys_.rotate());
  co_await print(fmt::format("key {} signs from now on; the one before it verifies for 30 days more", next.id));
  co_return Result<void>();
}

}  // namespace paraph::admin
