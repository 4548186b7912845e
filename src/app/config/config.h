#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"
#include "net/endpoint.h"
#include "service/limits.h"

namespace paraph::app {

using Endpoints = std::vector<net::Endpoint>;  ///< port 0: any free one

/// `[listen]`: an empty list is a service that is not offered.
struct Listen {
  Endpoints mx, submission, submissions, lmtp, imap, imaps, http, https;
  std::vector<std::string> lmtp_sockets;  ///< absolute paths of Unix sockets
};

enum class Engine { RocksDb, Memory };
enum class OnFailure { Send, Defer, Reject };
enum class SourceKind { Paraph, Ldap, Vcard };
enum class RouteTls { Opportunistic, Required, None };

/// `[[source]]`: where signatures are acquired besides the server's own store.
struct SourceConfig {
  std::string name;
  SourceKind kind = SourceKind::Paraph;
  std::string url;
  std::chrono::milliseconds timeout{2000};
  std::string token_file, certificate, key, ca;
  std::string base, filter, bind_dn, password_file;  ///< ldap only, as `starttls`; password_file for vcard too
  std::vector<std::string> attributes;               ///< ldap only: "usual name=own name"
  std::string user;                                  ///< vcard only, as `media_hosts`
  std::vector<std::string> media_hosts;
  bool starttls = false;
};

/// `[[peer]]`: who may fetch signatures from this server.
struct Peer {
  std::string name, token_file, subject;  ///< one of `token_file` and `subject`
};

/// `[[route]]`: where mail for other domains goes; the first that fits.
struct Route {
  std::string domain;  ///< lower case: a domain, ".suffix" or "*"
  std::string host;
  std::uint16_t port = 25;
  RouteTls tls = RouteTls::Opportunistic;
  std::string user, password_file;  ///< both, or none
  std::string ca;                   ///< `tls = "required"` only
};

/// The configuration file, checked: every value is within its bounds, and tables agree with each other.
struct Config {
  struct Server {
    std::string name;
    std::filesystem::path data_dir;
    mail::Address postmaster;  ///< null(): not named
  } server;
  Listen listen;
  struct Tls {
    std::string certificate, key;  ///< both, or none
    std::string client_ca;         ///< who vouches for the certificates of clients of `https`; empty: none is asked for
    bool on() const { return !certificate.empty(); }
  } tls;
  struct Auth {
    bool plaintext_on_loopback = true;
  } auth;
  struct Store {
    Engine engine = Engine::RocksDb;
  } store;
  Limits limits;
  struct Signature {
    OnFailure on_failure = OnFailure::Send;
    std::chrono::milliseconds wait{150};
    std::vector<std::string> sources{"local"};
  } signature;
  struct Media {
    std::string folder;  ///< of the media workers; empty: the program's own
  } media;
  struct Submission {
    bool save_sent = true;
  } submission;
  std::vector<SourceConfig> sources;
  std::vector<Peer> peers;
  std::vector<Route> routes;
  struct Queue {
    std::chrono::seconds retry_first{300};
    std::chrono::seconds retry_max{4 * 3600};
    std::chrono::seconds give_up_after{5 * 86400};
    std::uint32_t connections_per_destination = 20;
    std::uint32_t connections_max = 200;
    std::string ca;  ///< PEM: vouches besides the system's authorities where a TLS policy asks for that; empty: none
  } queue;
  struct Dns {
    Endpoints servers;      ///< empty: the system's
    bool trust_ad = false;  ///< they validate; all on loopback
  } dns;
};

/// Reads and checks a configuration. BadInput: exactly one line `FILE:LINE: KEY: what is wrong and what to do`, about
/// the first fault of the file (line 0 when the file itself cannot be read).
Result<Config> load_config(const std::filesystem::path& file);
/// The same for text that is in memory; `file` is what the sentence calls it.
Result<Config> parse_config(std::string_view text, std::string_view file);

}  // namespace paraph::app
