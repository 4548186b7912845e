// How the tree of parts grows as Scanner meets header blocks and delimiters.
#include <algorithm>
#include <utility>

#include "mime/part_header.h"
#include "mime/scan.h"

namespace paraph::mime {
namespace {

using mail::Defect;
using mail::Encoding;

constexpr std::size_t kBoundaryCharsMax = 70;  // RFC 2046 §5.1.1

bool is_identity(Encoding encoding) {
  return encoding == Encoding::SevenBit || encoding == Encoding::EightBit || encoding == Encoding::Binary;
}

/// The boundary of a multipart; empty when it has none that can be used.
std::string_view usable_boundary(const mail::Part& part) {
  const std::string* boundary = find_parameter(part.parameters, "boundary");
  if (boundary == nullptr || boundary->size() > kBoundaryCharsMax) return {};
  return std::string_view(*boundary).substr(0, boundary->find_last_not_of(" \t") + 1);
}

}  // namespace

void Scanner::begin_part(std::uint32_t parent) {
  const auto index = static_cast<std::uint32_t>(structure_.parts.size());
  mail::Part& added = structure_.parts.emplace_back();
  added.parent = parent;
  added.header = {offset_, offset_};
  if (parent != mail::kNoPart) {
    mail::Part& above = structure_.parts[parent];
    above.children.push_back(index);
    if (above.is("multipart", "digest")) {  // RFC 2046 §5.1.5
      added.type = "message";
      added.subtype = "rfc822";
    }
  }
  open_.push_back({.part = index});
  mode_ = Mode::Header;
  header_.clear();
  field_seen_ = false;
  in_line_ = false;
}

/// The header block of the innermost part is over, by an empty line or by something else.
void Scanner::end_header(bool empty_line) {
  mail::Part& ended = part();
  if (!empty_line) ended.defects |= Defect::HeaderNotEnded;
  ended.header.end = offset_;
  ended.body = {offset_, offset_};
  open_.back().crlfs_before = crlfs_;
  const bool top = ended.parent == mail::kNoPart;
  const bool of_message = top || structure_.parts[ended.parent].message();
  const bool mime_version = read_header(header_, of_message ? HeaderOf::Message : HeaderOf::Part, ended);
  if (top) structure_.mime_version = mime_version;
  if (observer_ != nullptr) observer_->header_read(ended, header_);
  begin_body();
}

/// The body of the innermost part begins: with a preamble, the header of a nested message, or plain octets.
void Scanner::begin_body() {
  mode_ = Mode::Body;
  line_start_ = true;
  padding_ = 0;
  const std::uint32_t index = open_.back().part;
  const bool inside = look_inside();
  keep_within_limit(structure_.parts[index]);
  if (!inside) {
    open_.back().watched = true;
    if (observer_ != nullptr) observer_->body_begins(part());
  } else if (part().message()) {
    begin_part(index);
  }
}

/// Whether the innermost part is a composite whose content is to be parsed.
bool Scanner::look_inside() {
  if (part().leaf()) return false;
  const bool message = part().message();
  if (message && !is_identity(part().encoding)) return false;
  const auto boundary = message ? std::string_view() : usable_boundary(part());
  if (!message && boundary.empty()) {
    note(Defect::NoBoundary);
    return false;
  }
  if (open_.size() >= limits_.depth_max) {
    note(Defect::TooDeep);
    return false;
  }
  if (message && structure_.parts.size() >= limits_.parts_max) {
    note(Defect::TooManyParts);
    return false;
  }
  if (message) return true;
  std::string delimiter = "--" + std::string(boundary);
  if (is_ambiguous(delimiter)) note(Defect::NoBoundary);
  open_.back().boundary = std::move(delimiter);
  return true;
}

/// Would a delimiter line of this boundary be one of an open multipart too? Then readers differ on whose it is.
bool Scanner::is_ambiguous(const std::string& delimiter) const {
  return std::ranges::any_of(open_, [&](const Open& open) {
    return !open.boundary.empty() && open.place != Place::Epilogue &&
           (open.boundary == delimiter || open.boundary == delimiter + "--" || open.boundary + "--" == delimiter);
  });
}

/// A delimiter line: `line_end` is the CRLF before it if that is not consumed yet.
void Scanner::pass_delimiter(std::string_view line_end, std::string_view line, const Delimiter& delimiter) {
  advance(line_end);
  crlfs_ += line_end.empty() ? 0 : 1;
  end_parts(delimiter.level + 1, true);
  tell(line_end);
  advance(line);
  crlfs_ += line.ends_with('\n') ? 1 : 0;
  tell(line);

  Open& multipart = open_.back();
  mode_ = Mode::Body;
  line_start_ = true;
  if (delimiter.close) {
    if (multipart.place == Place::Preamble) note(Defect::NoDelimiter);
    multipart.place = Place::Epilogue;
    return;
  }
  multipart.place = Place::Parts;
  if (structure_.parts.size() < limits_.parts_max) {
    begin_part(multipart.part);
  } else {
    note(Defect::TooManyParts);
  }
}

/// Ends the innermost parts until `keep` are open, at the delimiter line that begins here or at the end of the message.
void Scanner::end_parts(std::size_t keep, bool at_delimiter) {
  for (; open_.size() > keep; open_.pop_back()) end_part(open_.back(), at_delimiter);
}

void Scanner::end_part(const Open& open, bool at_delimiter) {
  mail::Part& ended = structure_.parts[open.part];
  // The CRLF before a delimiter is its own, unless it is also the empty line of a header block.
  std::uint64_t end = offset_ - (at_delimiter ? 2 : 0);
  end = std::max(end, ended.header.end);
  if (!ended.children.empty()) end = std::max(end, structure_.parts[ended.children.back()].body.end);
  ended.body.end = end;

  const bool crlf_left_out = end != offset_;
  const std::uint64_t crlfs = crlfs_ - (crlf_left_out ? 1 : 0) - open.crlfs_before;
  const auto tail = std::string_view(history_.data(), history_.size() - (crlf_left_out ? 2 : 0));
  const bool ends_in_crlf = ended.body.size() >= 2 && tail.ends_with("\r\n");
  ended.body_lines = ended.body.size() == 0 ? 0 : crlfs + (ends_in_crlf ? 0 : 1);

  if (!open.boundary.empty() && open.place == Place::Preamble) ended.defects |= Defect::NoDelimiter;
  if (!open.boundary.empty() && open.place == Place::Parts) ended.defects |= Defect::NoCloseDelimiter;
  if (open.watched && ended.leaf() && ended.encoding == Encoding::Base64 && (ended.body.size() - 2 * crlfs) % 4 != 0) {
    ended.defects |= Defect::BadBase64;
  }
  if (open.watched && observer_ != nullptr) observer_->body_ends();
}

/// A thousand parts with full header blocks would fill memory with strings.
void Scanner::keep_within_limit(mail::Part& kept) {
  const std::size_t bytes = kept_bytes(kept);
  if (bytes > limits_.kept_bytes_max - kept_bytes_) {
    forget_strings(kept);
  } else {
    kept_bytes_ += bytes;
  }
}

}  // namespace paraph::mime
