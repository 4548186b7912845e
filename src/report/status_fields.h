#pragma once
#include <string>

#include "report/report.h"
#include "report/text.h"

namespace paraph::report {

/// The body of message/delivery-status (RFC 3464 §2), of message/global-delivery-status with Charset::Utf8 (RFC 6533
/// §4): a block of fields about the message, and one for each recipient.
std::string status_fields(const Report& report, Charset charset);

}  // namespace paraph::report
