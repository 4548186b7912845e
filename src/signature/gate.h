#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "signature/attach.h"

namespace paraph::signature {

/// Why a message is left alone: How::Untouched (U0) or How::Header (U1), and the reason for Report.
struct Gate {
  How how;
  std::string reason;
  bool refused = false;  ///< as Report has it
};

/// What the fields of the top header say.
struct TopFields {
  std::string automatic;  ///< why no person is sending this now (spec 2.3 (2)); "" : a person is
  bool arc = false;       ///< some ARC- field
  bool reply = false;     ///< it answers another message
};
/// One walk over the top header block.
TopFields read_top_fields(std::string_view header);

/// Spec 2.3 (2) and (3), as far as header fields and structure tell: nullopt when the message may be edited.
std::optional<Gate> check_gate(const mail::Structure& structure, const TopFields& top, const Submission& submission,
                               const Policy& policy);

/// Octets that no line of text holds. A leaf may hold them when its transfer encoding is binary (spec 2.4 O).
inline constexpr mail::Defect kNotLines = mail::Defect::Nul | mail::Defect::BareCr | mail::Defect::BareLf;

/// An invitation (spec 2.4 K). An .ics file that is just attached has no method, and is none.
bool is_calendar(const mail::Part& part);

/// Parts that lie in no nested message: the engine looks at these only. Indexes, in document order.
std::vector<std::uint32_t> own_parts(const mail::Structure& structure);

}  // namespace paraph::signature
