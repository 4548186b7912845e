#include "report/status_fields.h"

#include "mime/date.h"

namespace paraph::report {
namespace {

std::string_view name_of(Action action) {
  switch (action) {
    case Action::Failed:
      return "failed";
    case Action::Delayed:
      return "delayed";
    case Action::Delivered:
      return "delivered";
    case Action::Relayed:
      return "relayed";
    case Action::Expanded:
      return "expanded";
  }
  return "failed";
}

// RFC 3464 §2.2
void append_message_fields(std::string& out, const Report& report, Charset charset) {
  const std::string envid = cleaned(report.options.envid, charset);
  if (!envid.empty()) append_field(out, "Original-Envelope-Id", envid);
  append_field(out, "Reporting-MTA", "dns; " + report.server_name);
  append_field(out, "Arrival-Date", mime::format_date(report.arrived));
}

// RFC 3464 §2.3
void append_recipient_fields(std::string& out, const About& about, Charset charset) {
  const std::string original = typed_original(about.recipient.original, charset);
  const std::string host = cleaned(about.remote_host, charset);
  const std::string diagnostic = cleaned(about.diagnostic, charset);
  if (!original.empty()) append_field(out, "Original-Recipient", original);
  append_field(out, "Final-Recipient", typed_address(about.recipient.address, charset));
  append_field(out, "Action", name_of(about.action));
  append_field(out, "Status", cleaned(about.status, Charset::Ascii));
  if (!host.empty()) append_field(out, "Remote-MTA", "dns; " + host);
  // Only a reply of SMTP has the type "smtp"; a sentence of our own has our own type.
  if (!diagnostic.empty()) append_field(out, "Diagnostic-Code", (host.empty() ? "X-Paraph; " : "smtp; ") + diagnostic);
  if (about.last_attempt) append_field(out, "Last-Attempt-Date", mime::format_date(*about.last_attempt));
  if (about.action == Action::Delayed && about.retry_until)
    append_field(out, "Will-Retry-Until", mime::format_date(*about.retry_until));
}

}  // namespace

std::string status_fields(const Report& report, Charset charset) {
  std::string out;
  append_message_fields(out, report, charset);
  for (const auto& about : report.about) {
    out += "\r\n";
    append_recipient_fields(out, about, charset);
  }
  return out;
}

}  // namespace paraph::report
