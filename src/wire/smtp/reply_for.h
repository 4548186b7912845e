#pragma once
#include "base/error.h"
#include "wire/smtp/reply.h"

namespace paraph::smtp {

/// The one table from Code to reply. 4xx where the same mail may pass later, 5xx where it will not. The text is the
/// error's own sentence for what the client can mend, and a general one for what is only our trouble (Corrupt,
/// Unavailable, NoSpace).
Reply reply_for(const Error& error);

}  // namespace paraph::smtp
