#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/address.h"
#include "service/accounts.h"

namespace paraph::service {

/// The one recipient that every mail system has (RFC 5321 §4.5.1): `<postmaster>`, and postmaster at each local domain.
/// An account of that name gets this mail; where there is none, whom the operator names. Any event loop; `accounts`
/// outlives it.
class Postmaster {
 public:
  /// `server_name`: where `<postmaster>` is when not exactly one domain is local. `named`: `[server] postmaster`;
  /// null(): nobody.
  Postmaster(Accounts& accounts, std::string server_name, mail::Address named)
      : accounts_(accounts), server_name_(std::move(server_name)), named_(std::move(named)) {}

  /// Where mail for `recipient` goes: `recipient` itself, whoever it is, unless it is a postmaster without an account.
  /// Asks the store about postmasters only. NotFound: nobody is postmaster there. Codes of the store.
  Task<Result<mail::Address>> address_for(mail::Address recipient);

  /// The local domains whose postmaster is nobody, for a word to the operator. Codes of the store.
  Task<Result<std::vector<std::string>>> domains_without();

 private:
  Task<Result<std::string>> own_domain();

  Accounts& accounts_;
  const std::string server_name_;
  const mail::Address named_;
};

}  // namespace paraph::service
