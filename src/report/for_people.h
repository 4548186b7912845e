#pragma once
#include <string>

#include "report/report.h"

namespace paraph::report {

/// The first part of a report, for people: what happened to which recipients, why, and what can be done. UTF-8, CRLF
/// line ends.
std::string text_for_people(const Report& report);

/// Its subject: one sentence.
std::string subject_of(const Report& report);

}  // namespace paraph::report
