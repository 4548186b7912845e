#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "../../support/folder.h"
#include "process.h"

namespace paraph::source {

/// OpenLDAP's server with the schema of RFC 4237 beside inetOrgPerson, serving dc=example,dc=org from `ldif` in clear,
/// with StartTLS, and as ldaps.
class Slapd {
 public:
  static constexpr std::string_view kBase = "dc=example,dc=org";
  static constexpr std::string_view kAdmin = "cn=admin,dc=example,dc=org";
  static constexpr std::string_view kPassword = "very secret";

  explicit Slapd(std::string_view ldif);
  /// By address: the library looks for this machine's own name in a certificate when asked for localhost.
  std::string url() const { return "ldap://127.0.0.1:" + std::to_string(port_); }
  std::string secure_url() const { return "ldaps://127.0.0.1:" + std::to_string(secure_port_); }
  std::string ca() const { return (folder_.path() / "tls.crt").native(); }
  /// Changes entries, as `ldapmodify` does.
  void modify(std::string_view ldif);

 private:
  void configure(std::string_view ldif);

  tests::Folder folder_{tests::in_memory()};
  std::uint16_t port_ = 0, secure_port_ = 0;
  Process process_;
};

}  // namespace paraph::source
