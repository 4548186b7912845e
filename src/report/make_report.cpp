#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "mime/address_list.h"
#include "mime/date.h"
#include "mime/field.h"
#include "mime/quoted_printable.h"
#include "report/for_people.h"
#include "report/report.h"
#include "report/status_fields.h"
#include "report/text.h"

namespace paraph::report {
namespace {

constexpr std::size_t kHeaderBytesMax = 64 * 1024;  // of the message reported about
constexpr std::size_t kLineBytesMax = 998;          // RFC 5322 §2.1.1
constexpr std::size_t kReferencesMax = 20;

/// The fields that fit, whole, without the empty line.
std::string_view returned_header(std::string_view header) {
  if (const auto end = header.find("\r\n\r\n"); end != std::string_view::npos) header = header.substr(0, end + 2);
  if (header == "\r\n") return {};
  if (header.size() <= kHeaderBytesMax) return header;
  for (auto end = header.rfind("\r\n", kHeaderBytesMax - 2); end != std::string_view::npos && end > 0;
       end = header.rfind("\r\n", end - 1)) {
    const char next = header[end + 2];
    if (next != ' ' && next != '\t') return header.substr(0, end + 2);
  }
  return {};
}

/// May it stand in a message as it is? Lines of their right length and ends, and text of the charset.
bool is_plain(std::string_view text, Charset charset) {
  if (charset == Charset::Ascii ? !is_ascii(text) : !is_utf8(text)) return false;
  if (text.contains('\0')) return false;
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    const auto line = text.substr(0, end);
    if (line.size() > kLineBytesMax || line.find_first_of("\r\n") != std::string_view::npos) return false;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return true;
}

struct Part {
  std::string_view type;
  std::string_view encoding;  ///< "": 7bit
  std::string body;
};

Part part_for_people(const Report& report) {
  std::string text = text_for_people(report);
  if (is_plain(text, Charset::Ascii)) return {"text/plain; charset=us-ascii", "", std::move(text)};
  return {"text/plain; charset=utf-8", "quoted-printable", mime::encode_quoted_printable(text)};
}

Part part_of_status(const Report& report) {
  if (report.options.smtputf8) {
    std::string fields = status_fields(report, Charset::Utf8);
    if (!is_ascii(fields)) return {"message/global-delivery-status", "8bit", std::move(fields)};
  }
  return {"message/delivery-status", "", status_fields(report, Charset::Ascii)};
}

Part part_of_header(const Report& report) {
  const auto header = returned_header(report.header);
  if (is_plain(header, Charset::Ascii)) return {"text/rfc822-headers", "", std::string(header)};
  if (report.options.smtputf8 && is_plain(header, Charset::Utf8))
    return {"message/global-headers", "8bit", std::string(header)};
  // RFC 6522 §4: a broken header is made 7-bit.
  return {"text/rfc822-headers", "quoted-printable", mime::encode_quoted_printable(header)};
}

std::string joined(const std::vector<std::string>& ids) {
  std::string out;
  for (const auto& id : ids) {
    if (id.size() <= kLineBytesMax / 2 && is_ascii(id)) out.append(out.empty() ? "" : " ").append(id);
  }
  return out;
}

/// The report belongs to the thread of its message (RFC 5322 §3.6.4).
void append_thread(std::string& out, std::string_view header) {
  const auto raw = mime::find_value(header, "Message-ID");
  const std::string id = raw ? joined(mime::parse_message_ids(*raw, 1)) : "";
  if (id.empty()) return;
  append_field(out, "In-Reply-To", id);
  const auto references = mime::find_value(header, "References");
  auto before = references ? mime::parse_message_ids(*references) : std::vector<std::string>();
  // The first and the last ones say the most.
  if (before.size() > kReferencesMax) before.erase(before.begin() + 1, before.end() - (kReferencesMax - 1));
  before.push_back(id);
  append_field(out, "References", joined(before));
}

void append_part(std::string& out, const std::string& boundary, const Part& part) {
  out += fmt::format("--{}\r\n", boundary);
  append_field(out, "Content-Type", part.type);
  if (!part.encoding.empty()) append_field(out, "Content-Transfer-Encoding", part.encoding);
  out += "\r\n";
  out += part.body;
  out += "\r\n";
}

}  // namespace

std::string make_report(const Report& report) {
  PARAPH_ASSERT(!report.to.null() && !report.about.empty());
  const std::string boundary = "=_" + report.boundary;
  const Part parts[] = {part_for_people(report), part_of_status(report), part_of_header(report)};
  std::string out;
  append_field(out, "From", fmt::format("MAILER-DAEMON@{}", report.server_name));
  append_field(out, "To", mime::format_addr_spec(report.to));
  append_field(out, "Subject", subject_of(report));
  append_field(out, "Date", mime::format_date(report.now));
  append_field(out, "Message-ID", report.message_id);
  append_thread(out, report.header);
  append_field(out, "Auto-Submitted", "auto-replied");
  append_field(out, "MIME-Version", "1.0");
  append_field(out, "Content-Type",
               fmt::format("multipart/report; report-type=delivery-status; boundary=\"{}\"", boundary));
  if (std::ranges::find(parts, "8bit", &Part::encoding) != std::end(parts))
    append_field(out, "Content-Transfer-Encoding", "8bit");
  out += "\r\n";
  for (const auto& part : parts) append_part(out, boundary, part);
  out += fmt::format("--{}--\r\n", boundary);
  return out;
}

bool is_wanted(const mail::Recipient& recipient, Action action) {
  switch (action) {
    case Action::Failed:
      return !recipient.notify || recipient.notify->failure;
    case Action::Delayed:
      return !recipient.notify || recipient.notify->delay;
    case Action::Delivered:
    case Action::Relayed:
    case Action::Expanded:
      return recipient.notify && recipient.notify->success;
  }
  return false;
}

}  // namespace paraph::report
