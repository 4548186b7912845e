#include "slapd.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace paraph::source {
namespace {

constexpr std::string_view kSchema = R"(
attributetype ( 1.3.6.1.1.11.2.1 NAME 'vPIMTelephoneNumber' EQUALITY caseIgnoreMatch
  SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{20} SINGLE-VALUE )
attributetype ( 1.3.6.1.1.11.2.2 NAME 'vPIMRfc822Mailbox' EQUALITY caseIgnoreIA5Match
  SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} SINGLE-VALUE )
attributetype ( 1.3.6.1.1.11.2.3 NAME 'vPIMSpokenName' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40{20000} SINGLE-VALUE )
attributetype ( 1.3.6.1.1.11.2.4 NAME 'vPIMTextName' EQUALITY caseIgnoreMatch
  SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{20} SINGLE-VALUE )
objectclass ( 1.3.6.1.1.11.1.1 NAME 'vPIMUser' SUP top AUXILIARY MUST ( vPIMRfc822Mailbox $ vPIMTelephoneNumber )
  MAY ( vPIMSpokenName $ vPIMTextName ) )
)";

constexpr std::string_view kConfiguration = R"(
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {folder}/vpim.schema
modulepath /usr/lib/ldap
moduleload back_mdb.so
TLSCertificateFile {folder}/tls.crt
TLSCertificateKeyFile {folder}/tls.key
pidfile {folder}/slapd.pid
database mdb
maxsize 33554432
suffix "{base}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/data
access to dn.subtree="ou=secret,{base}" by users read by anonymous auth
access to * by * read
)";

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.native());
}

}  // namespace

Slapd::Slapd(std::string_view ldif) {
  configure(ldif);
  std::string log;
  for (int i = 0; i < 20; ++i) {
    port_ = free_port();
    secure_port_ = free_port();
    const auto addresses = fmt::format("ldap://127.0.0.1:{} ldaps://127.0.0.1:{}", port_, secure_port_);
    auto started = Process::start(
        {"/usr/sbin/slapd", "-d", "none", "-f", folder_.path() / "slapd.conf", "-h", addresses}, "slapd starting", log);
    // It says so before it listens.
    if (!started || !wait_for_listener(port_) || !wait_for_listener(secure_port_)) continue;
    process_ = std::move(*started);
    return;
  }
  throw std::runtime_error("slapd does not start: is the package slapd there? " + log);
}

void Slapd::configure(std::string_view ldif) {
  const auto& folder = folder_.path();
  make_certificate(folder / "tls");
  std::filesystem::create_directory(folder / "data");
  write_file(folder / "vpim.schema", kSchema);
  write_file(folder / "slapd.conf",
             fmt::format(fmt::runtime(kConfiguration), fmt::arg("folder", folder.native()), fmt::arg("base", kBase),
                         fmt::arg("admin", kAdmin), fmt::arg("password", kPassword)));
  run_program({"/usr/sbin/slapadd", "-q", "-f", folder / "slapd.conf"}, ldif);
}

void Slapd::modify(std::string_view ldif) {
  run_program({"ldapmodify", "-x", "-H", url(), "-D", std::string(kAdmin), "-w", std::string(kPassword)}, ldif);
}

}  // namespace paraph::source
