#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "store/store.h"

namespace paraph::service {

/// A secret of this installation, 32 random octets: read from the store, or made and kept there at its first use.
Task<Result<std::string>> load_server_key(store::Store& store, crypto::Random& random, std::string name);

}  // namespace paraph::service
