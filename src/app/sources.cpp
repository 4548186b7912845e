#include "app/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/directory_sources.h"
#include "app/shell.h"
#include "base/log.h"
#include "base/text.h"
#include "service/remote_rows.h"
#include "source/paraph/paraph_remote.h"

namespace paraph::app {
namespace {

constexpr std::size_t kThreads = 4;  ///< of one source: so many of its fetches block at once
constexpr std::size_t kFetchesMax = 256;
constexpr std::size_t kSecretBytesMax = 4096;

std::unexpected<Error> cannot(const SourceConfig& source, std::string_view key, std::string_view why) {
  return fail(Code::BadInput, fmt::format("source {}: {}: {}", printable(source.name), key, why));
}

/// The first line of a file, which holds a secret.
Result<std::string> read_secret(const SourceConfig& source, std::string_view key, const std::string& file) {
  const auto octets = read_file(file, kSecretBytesMax);
  if (!octets) return cannot(source, key, octets.error().text);
  const auto secret = trimmed(*octets);
  if (secret.empty() || secret.find_first_of(std::string_view("\r\n\0", 3)) != secret.npos)
    return cannot(source, key, fmt::format("{} does not hold one line, the secret", file));
  return std::string(secret);
}

Result<void> check_readable(const SourceConfig& source, std::string_view key, const std::string& file) {
  if (file.empty()) return {};
  const auto octets = read_file(file, 1 << 20);
  if (!octets) return cannot(source, key, octets.error().text);
  return {};
}

/// How a place on the web is spoken to.
Result<source::web::Access> web_access(const SourceConfig& source) {
  PARAPH_CHECK(check_readable(source, "ca", source.ca));
  PARAPH_CHECK(check_readable(source, "certificate", source.certificate));
  PARAPH_CHECK(check_readable(source, "key", source.key));
  source::web::Access access;
  access.ca = source.ca;
  access.certificate = source.certificate;
  access.key = source.key;
  if (source.token_file.empty()) return access;
  PARAPH_TRY(access.token, read_secret(source, "token_file", source.token_file));
  return access;
}

Result<std::unique_ptr<source::Remote>> make_paraph(const SourceConfig& source) {
  source::paraph::Options options;
  options.name = source.name;
  options.url = source.url;
  options.timeout = source.timeout;
  PARAPH_TRY(options.access, web_access(source));
  return std::make_unique<source::paraph::ParaphRemote>(std::move(options));
}

Result<std::string> read_password_file(const SourceConfig& source) {
  if (source.password_file.empty()) return std::string();
  return read_secret(source, "password_file", source.password_file);
}

Result<std::unique_ptr<source::Remote>> make_directory(const SourceConfig& source) {
  PARAPH_TRY(auto access, web_access(source));
  PARAPH_TRY(auto password, read_password_file(source));
  auto made = source.kind == SourceKind::Ldap ? make_ldap_source(source, std::move(password))
                                              : make_vcard_source(source, std::move(access), std::move(password));
  if (!made) return fail(Code::BadInput, fmt::format("source {}: {}", printable(source.name), made.error().text));
  return made;
}

Result<std::unique_ptr<source::Remote>> make_remote(const SourceConfig& source) {
  return source.kind == SourceKind::Paraph ? make_paraph(source) : make_directory(source);
}

/// Answers nobody.
class SilentRemote final : public source::Remote {
 public:
  explicit SilentRemote(std::string name) : name_(std::move(name)) {}
  const std::string& name() const& override { return name_; }
  Result<source::Fetched> fetch(const std::string&, const std::string&) override {
    return fail(Code::Unavailable, "no server runs");
  }

 private:
  std::string name_;
};

bool is_used(const Config& config, const SourceConfig& source) {
  return std::ranges::find(config.signature.sources, source.name) != config.signature.sources.end();
}

std::string_view name_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::Ldap:
      return "ldap";
    case SourceKind::Vcard:
      return "vcard";
    case SourceKind::Paraph:
      break;
  }
  return "paraph";
}

}  // namespace

Result<Remotes> make_remotes(const Config& config) {
  Remotes remotes;
  for (const auto& source : config.sources) {
    if (!is_used(config, source)) continue;
    PARAPH_TRY(auto remote, make_remote(source));
    remotes.push_back(std::move(remote));
  }
  return remotes;
}

Remotes make_silent_remotes(const Config& config) {
  Remotes remotes;
  for (const auto& source : config.sources)
    if (is_used(config, source)) remotes.push_back(std::make_unique<SilentRemote>(source.name));
  return remotes;
}

Sources::Sources(const Config& config, Remotes remotes, service::RemoteServices services)
    : config_(config), store_(services.store) {
  for (auto& remote : remotes) {
    auto& one = all_.emplace_back();
    one.remote = std::make_unique<RenewedRemote>(std::move(remote));
    one.pool = std::make_unique<net::WorkerPool>(kThreads, kFetchesMax);
    one.source = std::make_unique<service::RemoteSource>(*one.remote, services, *one.pool);
  }
}

const Sources::One* Sources::find(const std::string& name) const {
  const auto found = std::ranges::find_if(all_, [&](const One& one) { return one.remote->name() == name; });
  return found == all_.end() ? nullptr : &*found;
}

void Sources::renew(Remotes remotes) {
  for (auto& remote : remotes) {
    if (const auto* one = find(remote->name())) one->remote->renew(std::move(remote));
  }
}

std::vector<source::Source*> Sources::in_order(source::Source& local) const {
  std::vector<source::Source*> order;
  for (const auto& name : config_.signature.sources) {
    if (name == local.name()) order.push_back(&local);
    if (const auto* one = find(name)) order.push_back(one->source.get());
  }
  return order;
}

Task<Result<void>> Sources::recover() {
  std::vector<std::string> names;
  for (const auto& one : all_) names.push_back(one.remote->name());
  PARAPH_CO_TRY(const auto forgotten, co_await service::forget_other_sources(store_, std::move(names)));
  if (forgotten != 0) log(Level::Info, "signatures of sources that are no more erased={}", forgotten);
  for (const auto& one : all_) {
    PARAPH_CO_CHECK(co_await one.source->recover());
  }
  co_return Result<void>();
}

std::vector<service::SourceState> Sources::states() const {
  std::vector<service::SourceState> states;
  for (const auto& source : config_.sources) {
    service::SourceState state{.name = source.name, .kind = std::string(name_of(source.kind)), .url = source.url};
    state.state = "unused";
    if (const auto* one = find(source.name)) {
      const auto& counters = one->source->counters();
      const auto last = one->source->last_error();
      state.state = service::name_of(one->source->breaker());
      state.requests = counters.requests;
      state.hits = counters.hits;
      state.stale = counters.stale;
      state.errors = counters.errors;
      state.last_error = last.text;
      state.last_error_at = last.at;
    }
    states.push_back(std::move(state));
  }
  return states;
}

Task<Result<void>> Sources::forget(std::string address) {
  for (const auto& one : all_) {
    PARAPH_CO_CHECK(co_await one.source->forget(address));
  }
  co_return Result<void>();
}

std::vector<const service::RemoteSource*> Sources::all() const {
  std::vector<const service::RemoteSource*> all;
  for (const auto& one : all_) all.push_back(one.source.get());
  return all;
}

}  // namespace paraph::app
