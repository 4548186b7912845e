#include "app/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>

#include "app/config/reader.h"
#include "app/config/value.h"
#include "base/text.h"
#include "mime/address_list.h"

namespace paraph::app {
namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;

constexpr std::pair<std::string_view, Engine> kEngines[] = {{"rocksdb", Engine::RocksDb}, {"memory", Engine::Memory}};
constexpr std::pair<std::string_view, OnFailure> kOnFailure[] = {
    {"send", OnFailure::Send}, {"defer", OnFailure::Defer}, {"reject", OnFailure::Reject}};
constexpr std::pair<std::string_view, SourceKind> kSourceKinds[] = {
    {"paraph", SourceKind::Paraph}, {"ldap", SourceKind::Ldap}, {"vcard", SourceKind::Vcard}};
constexpr std::pair<std::string_view, RouteTls> kRouteTls[] = {
    {"opportunistic", RouteTls::Opportunistic}, {"required", RouteTls::Required}, {"none", RouteTls::None}};

void read_server(Reader& table, Config::Server& server) {
  std::string data_dir;
  table.need("name", "\"vm.example.org\"");
  table.need("data_dir", "\"/var/lib/paraph\"");
  table.take("name", server.name);
  table.take("data_dir", data_dir);
  server.data_dir = data_dir;
  if (!server.name.empty() && !is_host_name(server.name))
    table.fault("name", "is not a host name: write one as in \"vm.example.org\"");
  std::string postmaster;
  table.take("postmaster", postmaster);
  if (!postmaster.empty() && !mime::parse_address(postmaster, server.postmaster))
    table.fault("postmaster", "is not an address: write that of an account here, as in \"admin@example.org\"");
}

void read_listen(Reader& table, Listen& listen) {
  table.take("mx", listen.mx);
  table.take("submission", listen.submission);
  table.take("submissions", listen.submissions);
  table.take("lmtp", listen.lmtp, listen.lmtp_sockets);
  table.take("imap", listen.imap);
  table.take("imaps", listen.imaps);
  table.take("http", listen.http);
  table.take("https", listen.https);
}

void read_tls(Reader& table, Config::Tls& tls) {
  table.take("certificate", tls.certificate);
  table.take("key", tls.key);
  table.take("client_ca", tls.client_ca);
  if (table.has("client_ca") && !table.has("certificate"))
    table.fault("client_ca", "stands without certificate: give certificate and key of [tls] too");
  if (table.has("certificate") && !table.has("key"))
    table.fault("certificate", "stands without key: give both files of [tls]");
  if (table.has("key") && !table.has("certificate"))
    table.fault("key", "stands without certificate: give both files of [tls]");
}

void read_auth(Reader& table, Config::Auth& auth) { table.take("plaintext_on_loopback", auth.plaintext_on_loopback); }
void read_store(Reader& table, Config::Store& store) { table.take("engine", store.engine, kEngines); }
void read_media(Reader& table, Config::Media& media) { table.take("folder", media.folder); }
void read_submission(Reader& table, Config::Submission& submission) { table.take("save_sent", submission.save_sent); }

void read_limits(Reader& table, Limits& limits) {
  table.take("message_bytes_max", limits.message_bytes_max);
  table.take("recipients_max", limits.recipients_max);
  table.take("messages_per_connection_max", limits.messages_per_connection_max);
  table.take("recipients_per_connection_max", limits.recipients_per_connection_max);
  table.take("recipient_guesses_max", limits.recipient_guesses_max);
  table.take("connections_max", limits.connections_max);
  table.take("connections_per_address_max", limits.connections_per_address_max);
  table.take("sessions_unauthenticated_max", limits.sessions_unauthenticated_max);
  table.take("greeting_timeout", limits.greeting_timeout);
  table.take("command_timeout", limits.command_timeout);
  table.take("data_timeout", limits.data_timeout);
  table.take("data_total_timeout", limits.data_total_timeout);
  table.take("transaction_timeout", limits.transaction_timeout);
  table.take("write_timeout", limits.write_timeout);
  table.take("imap_idle_timeout", limits.imap_idle_timeout);
  table.take("login_timeout", limits.login_timeout);
  table.take("bad_commands_max", limits.bad_commands_max);
  table.take("idle_commands_max", limits.idle_commands_max);
  table.take("auth_failures_max", limits.auth_failures_max);
  table.take("received_max", limits.received_max);
  table.take("mailboxes_max", limits.mailboxes_max);
  table.take("account_name_bytes_max", limits.account_name_bytes_max);
  table.take("keywords_max", limits.keywords_max);
  table.take("tombstones_max", limits.tombstones_max);
  table.take("signature_text_bytes_max", limits.signature_text_bytes_max);
  table.take("signature_html_bytes_max", limits.signature_html_bytes_max);
  table.take("signature_upload_bytes_max", limits.signature_upload_bytes_max);
  table.take("signature_voice_bytes_max", limits.signature_voice_bytes_max);
  table.take("signature_image_bytes_max", limits.signature_image_bytes_max);
  table.take("signature_voice_seconds_max", limits.signature_voice_seconds_max);
  table.take("signature_growth_bytes_max", limits.signature_growth_bytes_max);
}

void read_signature(Reader& table, Config::Signature& signature) {
  table.take("on_failure", signature.on_failure, kOnFailure);
  table.take("wait", signature.wait);
  table.take("sources", signature.sources);
  if (signature.wait > std::chrono::minutes(1))
    table.fault("wait", "holds messages up for over a minute: write \"60s\" or less");
  auto sorted = signature.sources;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end())
    table.fault("sources", "names a source twice: name each once");
}

void read_queue(Reader& table, Config::Queue& queue) {
  table.take("retry_first", queue.retry_first);
  table.take("retry_max", queue.retry_max);
  table.take("give_up_after", queue.give_up_after);
  table.take("connections_per_destination", queue.connections_per_destination);
  table.take("connections_max", queue.connections_max);
  table.take("ca", queue.ca);
  if (queue.retry_first >= queue.give_up_after)
    table.fault("retry_first", "is not before give_up_after: make it shorter");
  if (table.has("retry_max") && queue.retry_max < queue.retry_first)
    table.fault("retry_max", "is shorter than retry_first: make it longer");
}

void read_dns(Reader& table, Config::Dns& dns) {
  table.take("servers", dns.servers);
  table.take("trust_ad", dns.trust_ad);
  const auto has_no_port = [](const net::Endpoint& server) { return server.port == 0; };
  if (std::ranges::any_of(dns.servers, has_no_port))
    table.fault("servers", "names port 0: write the port where that server answers, \"127.0.0.1:53\"");
  const bool near = !dns.servers.empty() && std::ranges::all_of(dns.servers, &net::Endpoint::loopback);
  if (dns.trust_ad && !near)
    table.fault("trust_ad", "needs servers on loopback: name them, as in servers = [\"127.0.0.1:53\"]");
}

constexpr std::chrono::milliseconds kSourceTimeoutMin{50};
constexpr std::chrono::milliseconds kSourceTimeoutMax{10'000};  ///< the end of the server waits for fetches

/// It stands in keys of the store, and in lists and metrics.
bool is_source_name(std::string_view name) {
  const auto fits = [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.';
  };
  return name.size() <= 64 && std::ranges::all_of(name, fits);
}

/// Which keys belong to which kind.
void check_directory(Reader& table, const SourceConfig& source) {
  for (const auto* key : {"base", "filter", "bind_dn", "starttls", "attributes"}) {
    if (source.kind != SourceKind::Ldap && table.has(key)) table.fault(key, "is for kind = \"ldap\" only: remove it");
  }
  for (const auto* key : {"user", "media_hosts"}) {
    if (source.kind != SourceKind::Vcard && table.has(key)) table.fault(key, "is for kind = \"vcard\" only: remove it");
  }
  if (source.kind == SourceKind::Paraph && table.has("password_file"))
    table.fault("password_file", "is for kind = \"ldap\" and \"vcard\" only: remove it");
  if (source.kind == SourceKind::Ldap && table.has("token_file"))
    table.fault("token_file", "is not for kind = \"ldap\": use bind_dn and password_file");
  if (source.kind == SourceKind::Vcard && table.has("user") != table.has("password_file"))
    table.fault("user", "needs password_file, and password_file needs user: give both or none");
  const auto maps = [](const std::string& one) {
    const auto equals = one.find('=');
    return equals != 0 && equals != std::string::npos && equals + 1 != one.size();
  };
  if (!std::ranges::all_of(source.attributes, maps))
    table.fault("attributes", "maps no name to another: write [\"vPIMSpokenName=mySpokenName\"]");
}

void read_source(Reader& table, SourceConfig& source) {
  table.need("name", "\"hq\"");
  table.need("kind", "\"paraph\"");
  table.need("url", "\"https://signatures.example.org\"");
  table.take("name", source.name);
  table.take("kind", source.kind, kSourceKinds);
  table.take("url", source.url);
  table.take("timeout", source.timeout);
  table.take("token_file", source.token_file);
  table.take("certificate", source.certificate);
  table.take("key", source.key);
  table.take("ca", source.ca);
  table.take("base", source.base);
  table.take("filter", source.filter);
  table.take("bind_dn", source.bind_dn);
  table.take("password_file", source.password_file);
  table.take("starttls", source.starttls);
  table.take("attributes", source.attributes);
  table.take("user", source.user);
  table.take("media_hosts", source.media_hosts);
  if (source.certificate.empty() != source.key.empty())
    table.fault("certificate", "needs key, and key needs certificate: give both or none");
  if (source.name == "local") table.fault("name", "\"local\" is the server's own store: choose another name");
  check_directory(table, source);
  const auto scheme = source.url.substr(0, source.url.find("://"));
  const bool ldap = scheme == "ldap" || scheme == "ldaps";
  const bool http = scheme == "http" || scheme == "https";
  if (!source.url.empty() && (source.kind == SourceKind::Ldap ? !ldap : !http))
    table.fault("url", source.kind == SourceKind::Ldap ? "is not an LDAP address: write ldaps://HOST"
                                                       : "is not a web address: write https://HOST");
  if (!source.name.empty() && !is_source_name(source.name))
    table.fault("name", "is not 1 to 64 letters, digits, \"-\", \"_\" or \".\"");
  if (source.timeout < kSourceTimeoutMin || source.timeout > kSourceTimeoutMax)
    table.fault("timeout", "is not 50ms to 10s: deposits do not wait for it");
}

void read_peer(Reader& table, Peer& peer) {
  table.need("name", "\"branch\"");
  table.take("name", peer.name);
  table.take("token_file", peer.token_file);
  table.take("subject", peer.subject);
  if (table.has("token_file") == table.has("subject"))
    table.fault("name", "needs one of token_file and subject: give exactly one");
}

bool is_route_domain(std::string_view text) {
  if (text == "*") return true;
  return is_host_name(text.starts_with('.') ? text.substr(1) : text);
}

/// The address that `host` is, if it is one.
std::optional<net::Endpoint> address_of(std::string_view host) {
  for (const auto& text : {fmt::format("{}:0", host), fmt::format("[{}]:0", host)}) {
    if (const auto found = net::parse_endpoint(text)) return *found;
  }
  return std::nullopt;
}

/// Any certificate would do there, one of whoever stands between, too.
bool gives_away_password(const Route& route, const std::optional<net::Endpoint>& address) {
  const bool at_home = route.host == "localhost" || (address && address->loopback());
  return !route.user.empty() && route.tls != RouteTls::Required && !at_home;
}

void read_route(Reader& table, Route& route) {
  table.need("domain", "\"*\"");
  table.need("host", "\"smtp.example.net\"");
  table.take("domain", route.domain);
  table.take("host", route.host);
  table.take("port", route.port);
  table.take("tls", route.tls, kRouteTls);
  table.take("user", route.user);
  table.take("password_file", route.password_file);
  table.take("ca", route.ca);
  if (table.has("user") != table.has("password_file"))
    table.fault("user", "needs password_file, and password_file needs user: give both or none");
  if (table.has("ca") && route.tls != RouteTls::Required)
    table.fault("ca", "is for tls = \"required\" only: nobody else looks at certificates");
  if (!route.domain.empty() && !is_route_domain(route.domain))
    table.fault("domain", "is not a domain: write \"example.org\", \".example.org\" or \"*\"");
  const auto address = address_of(route.host);
  if (gives_away_password(route, address))
    table.fault("user", "needs tls = \"required\": else anybody on the way may be given the password");
  if (!route.host.empty() && !address && !is_host_name(route.host))
    table.fault("host", "is not a host: write a name or a numeric address");
  route.domain = lowered(route.domain);
}

/// Walks the top of the file: `[name]` and `[[name]]` tables, each with the function that reads it.
class Top {
 public:
  Top(const toml::table& table, Faults& faults) : table_(table), faults_(faults) {}

  template <class T>
  void table(std::string_view name, T& into, void (*read)(Reader&, T&)) {
    known_.emplace(name);
    const auto* node = table_.get(name);
    if (!node) return;
    const auto* found = node->as_table();
    if (!found)
      return faults_.add(node->source().begin.line, std::string(name), fmt::format("is not a table: write [{}]", name));
    one(*found, name, into, read);
  }

  template <class T>
  void tables(std::string_view name, std::vector<T>& into, void (*read)(Reader&, T&)) {
    known_.emplace(name);
    const auto* node = table_.get(name);
    if (!node) return;
    const auto* array = node->as_array();
    const bool whole = array && std::ranges::all_of(*array, [](const auto& item) { return item.is_table(); });
    if (!whole)
      return faults_.add(node->source().begin.line, std::string(name),
                         fmt::format("is not a list of tables: write [[{}]]", name));
    for (const auto& item : *array) one(*item.as_table(), name, into.emplace_back(), read);
  }

  void finish() {
    for (const auto& [key, node] : table_) {
      if (known_.contains(key.str())) continue;
      const auto line = key.source().begin.line ? key.source().begin.line : node.source().begin.line;
      faults_.add(line, printable(key.str(), 60), "is not a table of Paraph: correct its spelling or remove it");
    }
  }

  std::uint32_t line_of(std::string_view path) const {
    const auto node = table_.at_path(path).node();
    return node ? node->source().begin.line : 1;
  }

 private:
  template <class T>
  void one(const toml::table& found, std::string_view name, T& into, void (*read)(Reader&, T&)) {
    Reader reader(found, std::string(name), faults_);
    read(reader, into);
    reader.finish();
  }

  const toml::table& table_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
};

/// What one table alone cannot tell.
void check_together(const Config& config, const Top& top, Faults& faults) {
  const std::pair<std::string_view, const Endpoints&> secure[] = {
      {"submissions", config.listen.submissions}, {"imaps", config.listen.imaps}, {"https", config.listen.https}};
  for (const auto& [name, endpoints] : secure) {
    if (endpoints.empty() || config.tls.on()) continue;
    const auto path = fmt::format("listen.{}", name);
    faults.add(top.line_of(path), path, "needs a certificate: give certificate and key in [tls], or remove it");
  }
  for (std::size_t i = 0; i < config.peers.size(); ++i) {
    if (config.peers[i].subject.empty() || !config.tls.client_ca.empty()) continue;
    faults.add(top.line_of(fmt::format("peer[{}].subject", i)), "peer.subject",
               "needs an authority for its certificate: give client_ca in [tls], or token_file here");
    break;
  }
  for (std::size_t i = 0; i < config.sources.size(); ++i) {
    const auto same = [&](const SourceConfig& other) { return other.name == config.sources[i].name; };
    if (std::ranges::count_if(config.sources, same) == 1) continue;
    faults.add(top.line_of("source"), "source.name",
               fmt::format("\"{}\" is the name of two sources: give each its own", config.sources[i].name));
    break;
  }
  for (const auto& name : config.signature.sources) {
    const auto named = [&](const SourceConfig& source) { return source.name == name; };
    if (name == "local" || std::ranges::any_of(config.sources, named)) continue;
    faults.add(top.line_of("signature.sources"), "signature.sources",
               fmt::format("\"{}\" is no source: write \"local\" or the name of a [[source]]", printable(name, 60)));
  }
}

void read_top(Top& top, Config& config, Faults& faults) {
  top.table("server", config.server, read_server);
  top.table("listen", config.listen, read_listen);
  top.table("tls", config.tls, read_tls);
  top.table("auth", config.auth, read_auth);
  top.table("store", config.store, read_store);
  top.table("limits", config.limits, read_limits);
  top.table("signature", config.signature, read_signature);
  top.table("media", config.media, read_media);
  top.table("submission", config.submission, read_submission);
  top.table("queue", config.queue, read_queue);
  top.table("dns", config.dns, read_dns);
  top.tables("source", config.sources, read_source);
  top.tables("peer", config.peers, read_peer);
  top.tables("route", config.routes, read_route);
  top.finish();
  check_together(config, top, faults);
  if (!faults.any() && config.server.name.empty())
    faults.add(1, "server", "is missing: write [server] with name and data_dir");
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view file) {
  const auto parsed = toml::parse(text, file);
  Faults faults;
  if (!parsed) {
    const auto& error = parsed.error();
    faults.add(error.source().begin.line, "syntax",
               printable(error.description()) + ": write this line as TOML wants it");
    return fail(Code::BadInput, faults.sentence(file));
  }
  Config config;
  Top top(parsed.table(), faults);
  read_top(top, config, faults);
  if (faults.any()) return fail(Code::BadInput, faults.sentence(file));
  return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
  const auto unreadable = [&](std::string_view why) {
    return fail(Code::BadInput,
                fmt::format("{}:0: file: {}: name a readable TOML file with --config", file.string(), why));
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable("is a folder");
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return unreadable(fmt::format("cannot be read ({})", std::strerror(errno ? errno : ENOENT)));
  std::string text(kFileBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return unreadable("cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kFileBytesMax) return unreadable("is over 1 MiB");
  return parse_config(text, file.string());
}

}  // namespace paraph::app
