#include "signature/gate.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mime/header.h"

namespace paraph::signature {
namespace {

using mail::Defect;
using mail::Part;

constexpr Defect kMessageDefects = Defect::TooDeep | Defect::TooManyParts;
constexpr Defect kPartDefects = Defect::BadContentType | Defect::BadEncoding | Defect::BadMimeVersion |
                                Defect::NoBoundary | Defect::NoDelimiter | Defect::EncodedComposite |
                                Defect::LongHeaderLine | Defect::LongHeaders | Defect::HeaderNotEnded |
                                Defect::HeaderOctets;

/// Auto-Submitted (RFC 3834 §5): anything but "no".
bool says_automatic(std::string_view value) {
  const std::string said = lowered(mime::unfold(value));
  return trimmed(std::string_view(said).substr(0, said.find_first_of(";("))) != "no";
}

bool says_bulk(std::string_view precedence) {
  const std::string said = lowered(mime::unfold(precedence));
  return said == "list" || said == "bulk";
}

bool is_report(const Part& part) {
  static constexpr std::array<std::string_view, 6> kReports{
      "delivery-status", "disposition-notification", "feedback-report",
      "tracking-status", "global-delivery-status",   "global-disposition-notification"};
  if (part.is("multipart", "report")) return true;
  return part.type == "message" && std::ranges::find(kReports, part.subtype) != kReports.end();
}

bool is_calendar_answer(const Part& part) {
  static constexpr std::array<std::string_view, 4> kAnswers{"reply", "refresh", "counter", "declinecounter"};
  const auto* method = mail::find_parameter(part.parameters, "method");
  return part.is("text", "calendar") && method != nullptr &&
         std::ranges::find(kAnswers, lowered(*method)) != kAnswers.end();
}

bool is_smime(const Part& part) {
  return part.type == "application" && (part.subtype == "pkcs7-mime" || part.subtype == "x-pkcs7-mime");
}

/// RFC 8551 §3.8: a whole message of no stated type is S/MIME when its file name says so.
bool is_smime_by_name(const Part& root) {
  if (!root.is("application", "octet-stream")) return false;
  const auto* name = mail::find_parameter(root.disposition_parameters, "filename");
  if (name == nullptr) name = mail::find_parameter(root.parameters, "name");
  if (name == nullptr) return false;
  const std::string lower = lowered(*name);
  return lower.ends_with(".p7m") || lower.ends_with(".p7c") || lower.ends_with(".p7z");
}

std::string untouched_reason(const mail::Structure& structure, const std::vector<std::uint32_t>& own) {
  for (const auto index : own) {
    const Part& part = structure.parts[index];
    const bool shallow = index == 0 || part.parent == 0;
    if (shallow && is_report(part)) return "report";
    if (index == 0 && part.is("message", "partial")) return "partial";
    if (is_calendar_answer(part)) return "calendar";
  }
  return {};
}

/// U1 (spec 2.3 (3)), the reason as x= has it.
std::string locked_reason(const mail::Structure& structure, const std::vector<std::uint32_t>& own,
                          const Policy& policy) {
  const Part& root = structure.root();
  const auto not_lines = [](const Part& part) {
    return mail::has(part.defects, kNotLines) && !(part.leaf() && part.encoding == mail::Encoding::Binary);
  };
  if (mail::has(structure.defects, kMessageDefects) || std::ranges::any_of(structure.parts, not_lines))
    return "malformed";
  for (const auto index : own) {
    const Part& part = structure.parts[index];
    if (mail::has(part.defects, kPartDefects)) return "malformed";
    const bool wrapped = index == 0 && policy.wrap_signed;
    if (part.is("multipart", "signed") && !wrapped) return "signed";
    if (part.is("multipart", "encrypted") || is_smime(part) || part.is("application", "pgp-encrypted"))
      return "encrypted";
  }
  if (is_smime_by_name(root)) return "encrypted";
  if (root.is("text", "calendar")) return "calendar";
  const bool unsuitable = root.is("message", "external-body") || root.is("multipart", "form-data") ||
                          root.is("multipart", "byteranges") || root.is("application", "ms-tnef");
  return unsuitable ? "policy" : "";
}

}  // namespace

bool is_calendar(const Part& part) {
  return part.is("text", "calendar") &&
         (part.disposition != "attachment" || mail::find_parameter(part.parameters, "method") != nullptr);
}

std::vector<std::uint32_t> own_parts(const mail::Structure& structure) {
  std::vector<std::uint32_t> own;
  own.reserve(structure.parts.size());
  auto message = mail::kNoPart;  // the last of our own, when it holds a message: what is within it follows at once
  for (std::uint32_t i = 0; i < structure.parts.size(); ++i) {
    const Part& part = structure.parts[i];
    if (message != mail::kNoPart && part.parent >= message) continue;
    message = part.type == std::string_view("message") ? i : mail::kNoPart;
    own.push_back(i);
  }
  return own;
}

TopFields read_top_fields(std::string_view header) {
  TopFields top;
  bool list_id = false;
  bool bulk = false;
  for (const mime::Field& field : mime::Fields(header)) {
    const auto is = [&](std::string_view name) { return iequals(field.name, name); };
    const auto is_automatic = [&](std::string_view reason) {
      if (top.automatic.empty()) top.automatic = reason;  // the first is the one that is told
    };
    switch (to_lower(field.name.front())) {
      case 'a':
        if (is("auto-submitted") && says_automatic(field.value)) is_automatic("auto-submitted");
        if (istarts_with(field.name, "arc-")) top.arc = true;
        break;
      case 'i':
        if (is("in-reply-to") && !mime::unfold(field.value).empty()) top.reply = true;
        break;
      case 'l':
        if (is("list-id")) list_id = true;
        break;
      case 'p':
        if (is("precedence") && says_bulk(field.value)) bulk = true;
        break;
      case 'r':
        if (is("references") && !mime::unfold(field.value).empty()) top.reply = true;
        if (istarts_with(field.name, "resent-")) is_automatic("resent");
        break;
      default:
        break;
    }
  }
  if (top.automatic.empty() && list_id && bulk) top.automatic = "list";
  return top;
}

std::optional<Gate> check_gate(const mail::Structure& structure, const TopFields& top, const Submission& submission,
                               const Policy& policy) {
  const auto own = own_parts(structure);
  if (!policy.mandatory) {
    if (submission.reverse_path.empty()) return Gate{How::Untouched, "null-sender"};
    if (!top.automatic.empty()) return Gate{How::Untouched, top.automatic};
  }
  if (auto reason = untouched_reason(structure, own); !reason.empty())
    return Gate{How::Untouched, std::move(reason), policy.mandatory};
  if (auto reason = locked_reason(structure, own, policy); !reason.empty())
    return Gate{How::Header, std::move(reason), policy.mandatory};
  if (top.arc && !policy.mandatory) return Gate{How::Header, "policy"};
  return std::nullopt;
}

}  // namespace paraph::signature
