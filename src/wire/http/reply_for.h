#pragma once
#include "base/error.h"

namespace paraph::http {

/// The one table from error code to status (RFC 9110 §15).
unsigned status_for(Code code);

}  // namespace paraph::http
