#pragma once
#include <cstddef>

#include "base/result.h"
#include "mail/flags.h"

namespace paraph::service {

/// What STORE makes of `now`: keywords sorted by lower case, each once; one that is there already keeps its spelling.
/// TooLarge past `keywords_max`; BadInput for a keyword that is no atom (RFC 9051 §9 flag-keyword) or is over 255
/// octets.
Result<mail::Flags> changed_flags(const mail::Flags& now, mail::FlagChange change, const mail::Flags& given,
                                  std::size_t keywords_max);

}  // namespace paraph::service
