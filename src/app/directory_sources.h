#pragma once
#include <memory>
#include <string>

#include "app/config/config.h"
#include "base/result.h"
#include "source/remote.h"
#include "source/web/fetcher.h"

namespace paraph::app {

// The sources that know people. BadInput: a sentence `KEY: what is wrong`.

/// A directory. `password` is what password_file holds.
Result<std::unique_ptr<source::Remote>> make_ldap_source(const SourceConfig& config, std::string password);

/// An address book. `access` has the files and the token of the configuration, `password` is what password_file holds.
Result<std::unique_ptr<source::Remote>> make_vcard_source(const SourceConfig& config, source::web::Access access,
                                                          std::string password);

}  // namespace paraph::app
