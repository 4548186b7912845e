#pragma once
#include <string_view>

#include "base/result.h"

namespace paraph::dmarc {

/// What a domain wants done with a message that is not its own (RFC 7489 §6.3, p=). In order of strictness.
enum class Disposition { None, Quarantine, Reject };
std::string_view name_of(Disposition disposition);  ///< "none", "quarantine", "reject"

enum class Alignment { Relaxed, Strict };

struct Record {
  Disposition domain = Disposition::None;      ///< p=
  Disposition subdomains = Disposition::None;  ///< sp=, or p=
  Alignment dkim = Alignment::Relaxed;         ///< adkim=
  Alignment spf = Alignment::Relaxed;          ///< aspf=
  unsigned percent = 100;                      ///< pct=
};

/// Is this TXT record a DMARC record, whatever else it says (§6.6.3, step 2)?
bool is_record(std::string_view text);

/// Reads a record as tolerantly as the RFC says: unknown tags and wrong values of optional ones count as not there
/// (§6.3), and one without a right policy that wants reports counts as p=none (§6.6.3, step 6). BadInput: there is no
/// policy in it. Pure.
Result<Record> parse_record(std::string_view text);

}  // namespace paraph::dmarc
