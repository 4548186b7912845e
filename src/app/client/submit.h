#pragma once
#include <string>
#include <vector>

#include "app/client/place.h"
#include "base/result.h"

namespace paraph::client {

/// Hands a message to a submission server (RFC 6409). Blocks. Unavailable: not connected, not let in, or refused; the
/// sentence has what the server said.
Result<void> submit(const Place& place, std::string password, const std::string& from,
                    const std::vector<std::string>& to, const std::string& message);

}  // namespace paraph::client
