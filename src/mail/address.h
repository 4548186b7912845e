#pragma once
#include <string>
#include <string_view>

#include "base/text.h"

namespace paraph::mail {

/// An addr-spec (RFC 5322 §3.4.1): `local@domain`. UTF-8 where SMTPUTF8 allowed it. The local part is unquoted
/// (`"a b"@x` has local `a b`); the domain is as written. Empty local and domain: the null reverse-path `<>`.
struct Address {
  std::string local;
  std::string domain;

  bool null() const { return local.empty() && domain.empty(); }
  /// Lower-cased `local@domain`: how accounts are found. (Paraph's own local parts are case-insensitive.)
  std::string key() const { return lowered(local) + "@" + lowered(domain); }
  /// `local@domain` for people and logs; wire rooms quote the local part where needed.
  std::string text() const { return null() ? "" : local + "@" + domain; }
  friend bool operator==(const Address&, const Address&) = default;
};

/// One entry of From, To, ... (RFC 5322 §3.4). A group's start has `local` only and no domain, its end nothing at all, as
/// IMAP's ENVELOPE shows groups (RFC 9051 §7.5.2).
struct NamedAddress {
  std::string name;     ///< as in the field: encoded words not decoded
  Address address;
  bool group_start = false;
  bool group_end = false;
  friend bool operator==(const NamedAddress&, const NamedAddress&) = default;
};

}  // namespace paraph::mail
