#include "session/admin/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace paraph::admin {
namespace {

constexpr std::size_t kAccountsPage = 500;
constexpr std::size_t kFindingsMax = 10'000;

std::string kinds_of(const mail::Signature& signature) {
  std::vector<std::string_view> kinds;
  if (!signature.text.empty()) kinds.emplace_back("text");
  if (!signature.html.empty()) kinds.emplace_back("html");
  if (signature.image) kinds.emplace_back("image");
  if (!signature.voice.empty()) kinds.emplace_back("voice");
  return kinds.empty() ? "nothing" : fmt::format("{}", fmt::join(kinds, ", "));
}

/// A text of several lines, each under its caption.
void add_lines(std::vector<std::string>& lines, std::string_view caption, std::string_view text) {
  for (const auto line : split(text, '\n')) {
    lines.push_back(fmt::format("{:<9} {}", caption, line));
    caption = "";
  }
}

std::vector<std::string> shown(const record::Account& account, const mail::Signature& signature) {
  std::vector<std::string> lines{fmt::format("{:<9} {}", "address", account.address),
                                 fmt::format("{:<9} {}", "attached", account.signature_on ? "on" : "off")};
  if (signature.empty()) {
    lines.push_back(fmt::format("{:<9} {}", "signature", "none"));
    return lines;
  }
  lines.push_back(fmt::format("{:<9} {} ({})", "revision", signature.number, signature.revision));
  if (!signature.text.empty()) add_lines(lines, "text", signature.text);
  if (!signature.html.empty()) add_lines(lines, "html", signature.html);
  if (const auto& image = signature.image)
    lines.push_back(fmt::format("{:<9} {}, {} octets", "image", image->media_type, image->bytes));
  for (const auto& voice : signature.voice)
    lines.push_back(fmt::format("{:<9} {}, {} octets, {} s", "voice", voice.media_type, voice.bytes, voice.duration));
  return lines;
}

bool is_tel(std::string_view tel) {
  return tel.size() >= 3 && tel.size() <= 16 && tel[0] == '+' && std::ranges::all_of(tel.substr(1), is_digit);
}

}  // namespace

struct Verbs::Row {
  std::string_view verb;
  const char* needs;  ///< a field that must be there
  Task<Result<void>> (Verbs::*run)(Request, PrintLine);
};

const Verbs::Row Verbs::kRows[] = {
    {"domain add", "domain", &Verbs::domain_add},
    {"domain remove", "domain", &Verbs::domain_remove},
    {"domain list", "", &Verbs::domain_list},
    {"account add", "address", &Verbs::account_add},
    {"account remove", "address", &Verbs::account_remove},
    {"account list", "", &Verbs::account_list},
    {"account passwd", "address", &Verbs::account_passwd},
    {"signature set", "address", &Verbs::signature_set},
    {"signature show", "address", &Verbs::signature_show},
    {"signature on", "address", &Verbs::signature_on},
    {"signature off", "address", &Verbs::signature_off},
    {"signature clear", "address", &Verbs::signature_clear},
    {"signature history", "address", &Verbs::signature_history},
    {"signature restore", "address", &Verbs::signature_restore},
    {"signature template", "domain", &Verbs::signature_template},
    {"policy show", "subject", &Verbs::policy_show},
    {"policy set", "subject", &Verbs::policy_set},
    {"key list", "", &Verbs::key_list},
    {"key rotate", "", &Verbs::key_rotate},
    {"message trace", "message-id", &Verbs::message_trace},
    {"dkim create", "domain", &Verbs::dkim_create},
    {"dkim list", "", &Verbs::dkim_list},
    {"queue list", "", &Verbs::queue_list},
    {"queue show", "item", &Verbs::queue_show},
    {"queue retry", "item", &Verbs::queue_retry},
    {"queue drop", "item", &Verbs::queue_drop},
    {"queue hold", "item", &Verbs::queue_hold},
    {"queue release", "item", &Verbs::queue_release},
    {"queue refusals", "", &Verbs::queue_refusals},
    {"queue forget", "domain", &Verbs::queue_forget},
    {"queue tls-report", "", &Verbs::queue_tls_report},
    {"source list", "", &Verbs::source_list},
    {"check", "", &Verbs::check},
};

Verbs::Verbs(store::Store& store, service::Accounts& accounts, service::Mailboxes& mailboxes,
             service::Signatures& signatures, service::Policies& policies, service::KeyRing& keys,
             service::DkimKeys& dkim_keys, service::QueueItems& queue, MakeVerifier make_verifier, Sources sources,
             TlsReports tls_reports)
    : store_(store),
      accounts_(accounts),
      mailboxes_(mailboxes),
      signatures_(signatures),
      policies_(policies),
      keys_(keys),
      dkim_keys_(dkim_keys),
      queue_(queue),
      make_verifier_(std::move(make_verifier)),
      sources_(std::move(sources)),
      tls_reports_(std::move(tls_reports)) {}

Task<Result<void>> Verbs::run(Request request, PrintLine print) {
  const auto row = std::ranges::find(kRows, std::string_view(request.verb), &Row::verb);
  if (row == std::end(kRows))
    co_return fail(Code::BadInput, fmt::format("\"{}\" is no verb of this server", printable(request.verb, 60)));
  const std::string needs = row->needs;
  if (!needs.empty() && request.field(needs).empty())
    co_return fail(Code::BadInput, fmt::format("{} needs {}", request.verb, needs));
  auto work = (this->*row->run)(std::move(request), std::move(print));
  auto result = co_await std::move(work);
  co_return result;
}

Task<Result<void>> Verbs::domain_add(Request request, PrintLine print) {
  PARAPH_CO_CHECK(co_await accounts_.add_domain(request.field("domain")));
  co_await print(fmt::format("domain {} added", request.field("domain")));
  co_return Result<void>();
}

Task<Result<void>> Verbs::domain_remove(Request request, PrintLine print) {
  PARAPH_CO_CHECK(co_await accounts_.remove_domain(request.field("domain")));
  policies_.forget(request.field("domain"));
  co_await print(fmt::format("domain {} removed", request.field("domain")));
  co_return Result<void>();
}

Task<Result<void>> Verbs::domain_list(Request, PrintLine print) {
  PARAPH_CO_TRY(const auto domains, co_await accounts_.domains());
  for (const auto& domain : domains) co_await print(domain);
  co_return Result<void>();
}

Task<Result<record::Verifier>> Verbs::make_verifier(std::string password) {
  PARAPH_CO_TRY(auto made, co_await make_verifier_(std::move(password)));
  record::Verifier verifier{.argon2 = std::move(made.argon2),
                            .scram_salt = std::move(made.scram_salt),
                            .stored_key = std::move(made.stored_key),
                            .server_key = std::move(made.server_key),
                            .scram_iterations = made.scram_iterations};
  co_return verifier;
}

Task<Result<void>> Verbs::account_add(Request request, PrintLine print) {
  const auto& tel = request.field("tel");
  if (!tel.empty() && !is_tel(tel))
    co_return fail(Code::BadInput, "the telephone number is not of the form +441234567890: correct --tel");
  PARAPH_CO_TRY(auto verifier, co_await make_verifier(request.field("password")));
  service::Accounts::NewAccount account{
      .address = request.field("address"), .name = request.field("name"), .tel = tel, .verifier = std::move(verifier)};
  PARAPH_CO_CHECK(co_await accounts_.add(std::move(account)));
  co_await print(fmt::format("account {} added", request.field("address")));
  co_return Result<void>();
}

Task<Result<void>> Verbs::account_remove(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_CHECK(co_await accounts_.remove(request.field("address")));
  auto addresses = account.aliases;
  addresses.push_back(account.address);
  for (const auto& address : addresses) {
    if (!sources_.forget) break;
    PARAPH_CO_CHECK(co_await sources_.forget(address));
  }
  co_await print(fmt::format("account {} removed", request.field("address")));
  co_return Result<void>();
}

Task<Result<void>> Verbs::account_list(Request, PrintLine print) {
  std::string after;
  for (;;) {
    PARAPH_CO_TRY(const auto page, co_await accounts_.list(after, kAccountsPage));
    for (const auto& account : page) {
      auto line = account.address;
      if (!account.name.empty()) line += "  " + account.name;
      if (!account.tel.empty()) line += "  " + account.tel;
      co_await print(std::move(line));
    }
    if (page.size() < kAccountsPage) break;
    after = page.back().address;
  }
  co_return Result<void>();
}

Task<Result<void>> Verbs::account_passwd(Request request, PrintLine print) {
  PARAPH_CO_TRY(auto verifier, co_await make_verifier(request.field("password")));
  PARAPH_CO_CHECK(co_await accounts_.set_verifier(request.field("address"), std::move(verifier)));
  co_await print(fmt::format("account {} has a new password", request.field("address")));
  co_return Result<void>();
}

Task<Result<void>> Verbs::signature_set(Request request, PrintLine print) {
  service::SignatureChange change;
  const std::pair<const char*, std::optional<std::string>*> parts[] = {
      {"text", &change.text}, {"html", &change.html}, {"voice", &change.voice}, {"image", &change.image}};
  for (const auto& [name, part] : parts) {
    if (request.has(name)) *part = request.field(name);
  }
  if (!change.text && !change.html && !change.voice && !change.image)
    co_return fail(Code::BadInput, "there is nothing to set: give --text, --html, --voice or --image");
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_TRY(const auto signature, co_await signatures_.set(account.id, account.address, std::move(change)));
  co_await print(fmt::format("{}: signature revision {} ({})", account.address, signature.number, kinds_of(signature)));
  co_return Result<void>();
}

Task<Result<void>> Verbs::signature_show(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_TRY(const auto signature, co_await signatures_.current(account.id));
  const auto lines = shown(account, signature);
  for (const auto& line : lines) co_await print(line);
  co_return Result<void>();
}

Task<Result<void>> Verbs::set_signature_on(Request request, PrintLine print, bool on) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_CHECK(co_await accounts_.set_signature_on(account.id, on));
  co_await print(fmt::format("{}: signature {}", account.address, on ? "on" : "off"));
  co_return Result<void>();
}

Task<Result<void>> Verbs::signature_on(Request request, PrintLine print) {
  return set_signature_on(std::move(request), std::move(print), true);
}

Task<Result<void>> Verbs::signature_off(Request request, PrintLine print) {
  return set_signature_on(std::move(request), std::move(print), false);
}

Task<Result<void>> Verbs::signature_clear(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_CHECK(co_await signatures_.clear(account.id));
  co_await print(fmt::format("{}: signature cleared", account.address));
  co_return Result<void>();
}

/// Each key as one line of a zone file, ready to be published.
Task<Result<void>> Verbs::dkim_create(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto keys, co_await dkim_keys_.create(request.field("domain")));
  for (const auto& key : keys) {
    PARAPH_CO_TRY(auto line, service::format_dkim_zone_line(key));
    co_await print(std::move(line));
  }
  co_return Result<void>();
}

Task<Result<void>> Verbs::dkim_list(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto keys, co_await dkim_keys_.list(request.field("domain")));
  for (const auto& key : keys) {
    PARAPH_CO_TRY(auto line, service::format_dkim_zone_line(key));
    co_await print(std::move(line));
  }
  co_return Result<void>();
}

Task<Result<void>> Verbs::check(Request request, PrintLine print) {
  const auto repair = request.field("repair") == "yes" ? service::Repair::Yes : service::Repair::No;
  std::vector<std::string> lines;
  std::size_t open = 0;
  const auto note = [&](const service::Finding& finding) {
    if (!finding.repaired) ++open;
    if (lines.size() < kFindingsMax)
      lines.push_back(fmt::format("{}: {}{}", finding.name, finding.text, finding.repaired ? " (repaired)" : ""));
  };
  PARAPH_CO_TRY(const auto found, co_await service::check_store(store_, repair, note));
  for (const auto& line : lines) co_await print(line);
  if (found > lines.size()) co_await print(fmt::format("... and {} more", found - lines.size()));
  if (open == 0) {
    co_await print(found == 0 ? "the store is whole" : "everything found was repaired");
    co_return Result<void>();
  }
  const auto* todo =
      repair == service::Repair::Yes ? "restore them from a backup" : "run paraph check --repair, after a backup";
  co_return fail(Code::Corrupt, fmt::format("the store has {} inconsistencies: {}", open, todo));
}

}  // namespace paraph::admin
