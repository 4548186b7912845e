#include "service/header_edit.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "mime/field.h"

namespace paraph::service {
namespace {

/// Offsets after the top header, which now ends at `new_end` and not at `old_end`. `Range` ends count as after it when
/// they are.
void move_offsets(mail::Structure& structure, std::uint64_t old_end, std::uint64_t new_end) {
  const auto moved = [&](std::uint64_t offset) { return offset - old_end + new_end; };
  for (auto& part : structure.parts) {
    const bool root = part.parent == mail::kNoPart;
    part.header = root ? mail::Range{0, new_end} : mail::Range{moved(part.header.begin), moved(part.header.end)};
    part.body = {moved(part.body.begin), moved(part.body.end)};
  }
  structure.size = moved(structure.size);
}

std::string without(std::string_view header, const std::vector<std::string_view>& names) {
  std::string kept;
  const mime::Fields fields(header);
  const auto first = fields.begin();
  // What comes before the first field is an mbox line.
  std::uint64_t at = first == fields.end() ? 0 : first->range.begin;
  for (const mime::Field& field : fields) {
    if (std::ranges::none_of(names, [&](std::string_view name) { return iequals(name, field.name); })) continue;
    kept += header.substr(at, field.range.begin - at);
    at = field.range.end;
  }
  kept += header.substr(at);
  return kept;
}

}  // namespace

void prepend_fields(mail::Rope& rope, mail::Structure& structure, std::string_view fields) {
  if (fields.empty()) return;
  if (rope.segments.empty() || rope.segments.front().kind != mail::Segment::Kind::Inline) {
    rope.segments.insert(rope.segments.begin(), mail::Segment{});
  }
  rope.segments.front().octets.insert(0, fields);
  const std::uint64_t end = structure.root().header.end;
  move_offsets(structure, end, end + fields.size());
}

namespace {

const std::string& top_header(const signature::Message& message) {
  const mail::Range block = message.structure.root().header;
  const auto found = message.octets.find(block);
  PARAPH_ASSERT(found != message.octets.end() && found->second.size() == block.size());
  return found->second;
}

void replace_top_header(signature::Message& message, std::string header) {
  const mail::Range block = message.structure.root().header;
  mail::Rope rope;
  rope.append(header);
  rope.append_range(message.rope, {block.end, message.structure.size});
  move_offsets(message.structure, block.end, header.size());
  message.rope = std::move(rope);
  message.octets.clear();
  message.octets.emplace(message.structure.root().header, std::move(header));
}

}  // namespace

void edit_top_header(signature::Message& message, const std::vector<std::string_view>& names, std::string_view added) {
  replace_top_header(message, std::string(added) + without(top_header(message), names));
}

bool runs_into_body(const mail::Structure& structure, std::string_view header) {
  return structure.root().body.size() > 0 && header != "\r\n" && !header.ends_with("\r\n\r\n");
}

void end_top_header(signature::Message& message) { replace_top_header(message, top_header(message) + "\r\n"); }

void remove_from_top_header(signature::Message& message, const std::vector<mail::Range>& ranges) {
  if (ranges.empty()) return;
  const std::string& header = top_header(message);
  std::string kept;
  std::uint64_t at = 0;
  for (const auto& range : ranges) {
    kept += std::string_view(header).substr(at, range.begin - at);
    at = range.end;
  }
  kept += std::string_view(header).substr(at);
  replace_top_header(message, std::move(kept));
}

}  // namespace paraph::service
