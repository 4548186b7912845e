#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "source/ldap/dial.h"
#include "source/ldap/entry.h"

struct ldap;

namespace paraph::source::ldap {

/// Where a directory is and how this server makes itself known there.
struct Directory {
  std::string url;               ///< ldaps://HOST[:PORT], or ldap:// with `starttls` or on a loopback address
  std::string ca;                ///< a file of PEM certificates; empty: those that the system trusts
  std::string certificate, key;  ///< PEM files of this server's own, or none
  bool starttls = false;
  std::string bind_dn, password;  ///< a simple bind; none when `bind_dn` is empty
};

/// One connection to a directory, used by one thread for one fetch. Every call ends when the time that it was opened
/// with is up: then the socket is shut, whatever the library is waiting for. Failures are Unavailable, with a sentence
/// that names no password.
class Connection {
 public:
  /// Connects, secures and binds. In clear only to a loopback address, which is looked at before anything is sent.
  static Result<Connection> open(const Directory& directory, const Within& within);

  /// The one entry below `base` that `filter` finds. NotFound: none, or several. Referrals are not followed. An answer
  /// over 2 MiB is Unavailable.
  Result<Entry> find_one(const std::string& base, const std::string& filter, std::vector<std::string> attributes,
                         const Within& within);

 private:
  struct Close {
    void operator()(::ldap* handle) const;
  };
  Connection(::ldap* handle, std::unique_ptr<Watchdog> watchdog) : handle_(handle), watchdog_(std::move(watchdog)) {}
  Result<void> set_up(const Directory& directory);
  Result<void> secure(const Directory& directory, const Within& within);
  Result<void> bind(const Directory& directory, const Within& within);
  /// Waits for the one result of operation `id`. The words are what is being done.
  Result<void> wait_for(int id, std::string_view doing, const Within& within);

  std::unique_ptr<::ldap, Close> handle_;
  std::unique_ptr<Watchdog> watchdog_;  ///< goes first: the handle closes the socket
};

}  // namespace paraph::source::ldap
