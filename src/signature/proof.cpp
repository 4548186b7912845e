// reads_as_planned(): the last look at a signed message. It knows nothing of how one is made.
#include <algorithm>

#include "base/text.h"
#include "mime/header.h"
#include "signature/attach.h"
#include "signature/body.h"
#include "signature/view.h"

namespace paraph::signature {
namespace {

using mail::Part;
using mail::Segment;

bool same_kind(const Part& a, const Part& b) {
  return a.type == b.type && a.subtype == b.subtype && a.children.size() <= b.children.size();
}

/// Are the parts of `before` found in `after`, in order? Both are in document order, and nothing is ever moved.
bool keeps_order(const mail::Structure& before, const mail::Structure& after) {
  auto at = after.parts.begin();
  return std::ranges::all_of(before.parts, [&](const Part& part) {
    at = std::find_if(at, after.parts.end(), [&](const Part& other) { return same_kind(part, other); });
    return at != after.parts.end() && (++at, true);
  });
}

/// A place in a rope.
class Cursor {
 public:
  explicit Cursor(const mail::Rope& rope) : rope_(rope) {}
  /// False past the end.
  bool skip(std::uint64_t octets) {
    while (octets > 0) {
      if (at_ == rope_.segments.size()) return false;
      const std::uint64_t step = std::min(octets, left());
      advance(step);
      octets -= step;
    }
    return true;
  }
  bool at_end() const { return at_ == rope_.segments.size(); }
  const Segment& segment() const { return rope_.segments[at_]; }
  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return segment().wire_bytes() - position_; }
  void advance(std::uint64_t octets) {
    position_ += octets;
    if (position_ == segment().wire_bytes()) {
      ++at_;
      position_ = 0;
    }
  }

 private:
  const mail::Rope& rope_;
  std::size_t at_ = 0;
  std::uint64_t position_ = 0;
};

/// Octets from here on that are known to be of a line end: those of Base64 segments too.
std::string_view line_end_here(const Cursor& cursor) {
  constexpr std::string_view kLineEnd = "\r\n";
  const Segment& segment = cursor.segment();
  if (segment.kind != Segment::Kind::Base64) return {};
  if (segment.final_crlf && cursor.left() <= 2) return kLineEnd.substr(2 - cursor.left());
  if (segment.line_chars == 0) return {};
  const std::uint64_t column = cursor.position() % (segment.line_chars + 2);
  return column >= segment.line_chars ? kLineEnd.substr(column - segment.line_chars) : std::string_view();
}

std::uint64_t line_octets(const Segment& segment) { return segment.line_chars / 4 * 3; }

/// Where in its blob's own lines the cursor is.
std::uint64_t place_in_lines(const Cursor& cursor) {
  const Segment& segment = cursor.segment();
  return segment.offset / line_octets(segment) * (segment.line_chars + 2) + cursor.position();
}

/// Do two Base64 segments give the same octets from here on, as far as both go?
bool same_base64(const Cursor& a, const Cursor& b) {
  const Segment& x = a.segment();
  const Segment& y = b.segment();
  if (x.blob != y.blob || x.line_chars != y.line_chars) return false;
  const bool same_end = x.offset + x.length == y.offset + y.length;
  if (x.line_chars == 0) return same_end && x.offset == y.offset && a.position() == b.position();
  if (place_in_lines(a) != place_in_lines(b)) return false;
  const Segment& shorter = x.offset + x.length < y.offset + y.length ? x : y;
  return same_end || shorter.length % line_octets(shorter) == 0;  // else it ends in a line that the other has whole
}

/// How many octets from here on are the same in both: 0 when they differ, or may.
std::uint64_t same_octets(const Cursor& a, const Cursor& b, std::uint64_t most) {
  most = std::min({most, a.left(), b.left()});
  const Segment& x = a.segment();
  const Segment& y = b.segment();
  if (x.kind == Segment::Kind::Inline && y.kind == Segment::Kind::Inline)
    return x.octets.compare(a.position(), most, y.octets, b.position(), most) == 0 ? most : 0;
  if (x.kind == Segment::Kind::Raw && y.kind == Segment::Kind::Raw)
    return x.blob == y.blob && x.offset + a.position() == y.offset + b.position() ? most : 0;
  if (x.kind == Segment::Kind::Base64 && y.kind == Segment::Kind::Base64) return same_base64(a, b) ? most : 0;
  // A line end may be a Base64 segment's in one rope, and stand beside it in the other.
  const bool first = x.kind == Segment::Kind::Base64;
  const std::string_view line_end = line_end_here(first ? a : b).substr(0, most);
  const Cursor& other = first ? b : a;
  if (line_end.empty() || other.segment().kind != Segment::Kind::Inline) return 0;
  return std::string_view(other.segment().octets).substr(other.position()).starts_with(line_end) ? line_end.size() : 0;
}

/// Octets [at, until) of `before` are the next ones of `after`.
bool same_run(Cursor& before, Cursor& after, std::uint64_t octets) {
  while (octets > 0) {
    if (before.at_end() || after.at_end()) return false;
    const std::uint64_t same = same_octets(before, after, octets);
    if (same == 0) return false;
    before.advance(same);
    after.advance(same);
    octets -= same;
  }
  return true;
}

bool within(mail::Range inner, mail::Range outer) { return outer.begin <= inner.begin && inner.end <= outer.end; }

/// May a message be changed there? In its top header, in a body leaf, or where a part begins or ends.
bool is_place_for_change(const mail::Structure& structure, mail::Range range) {
  if (within(range, structure.root().header) && range.size() > 0) return true;
  if (range.size() == 0 && range.begin == structure.size) return true;
  return std::ranges::any_of(structure.parts, [&](const Part& part) {
    if (part.leaf() && is_body_leaf(part) && within(range, {part.header.begin, part.body.end})) return true;
    const std::uint64_t at = range.begin;
    return range.size() == 0 && (at == part.header.begin || at == part.body.end || at == part.body.end + 2);
  });
}

/// Every field of `block` for which `wanted` holds stands in `octets`, in order.
template <class Wanted>
bool has_fields(std::string_view octets, std::string_view block, Wanted wanted) {
  std::size_t at = 0;
  for (const mime::Field& field : mime::Fields(block)) {
    if (!wanted(field.name)) continue;
    const auto whole = block.substr(field.range.begin, field.range.size());
    at = octets.find(whole, at);
    if (at == std::string_view::npos) return false;
    at += whole.size();
  }
  return true;
}

/// The inline octets among the first `octets` of a rope.
std::string inline_octets(const mail::Rope& rope, std::uint64_t octets) {
  std::string out;
  std::uint64_t at = 0;
  for (const Segment& segment : rope.segments) {
    if (at >= octets) break;
    if (segment.kind == Segment::Kind::Inline) out += segment.octets.substr(0, octets - at);
    at += segment.wire_bytes();
  }
  return out;
}

bool is_content_field(std::string_view name) { return istarts_with(name, "content-"); }

/// The fields of the top header are all there: those of the message on top, those of its content with its content.
bool keeps_fields(const Message& before, const Attached& attached, const mail::Structure& after) {
  const mail::Range header = before.structure.root().header;
  const bool changed = !attached.changes.empty() && attached.changes.front().range.begin < header.end;
  if (!changed) return true;
  const Change& change = attached.changes.front();
  const Message signed_message{.rope = attached.rope, .structure = {}, .octets = {}};
  const View was(before);
  const View is(signed_message);
  const auto block = was.octets(header);
  const auto top = is.octets(after.root().header);
  const std::uint64_t kept = header.end > change.range.end ? header.end - change.range.end : 0;
  if (!block || !top) return false;
  const std::string now = inline_octets(attached.rope, change.range.begin + change.added + kept);
  const Part& root = before.structure.root();
  const auto stays_on_top = [](std::string_view name) { return !is_content_field(name); };
  const auto stays = [&](std::string_view name) {
    const bool edited = root.leaf() && is_body_leaf(root);
    const bool may_change =
        iequals(name, "content-type") || iequals(name, "content-transfer-encoding") || iequals(name, "content-md5");
    return is_content_field(name) && !(edited && may_change);
  };
  return has_fields(*top, *block, stays_on_top) && has_fields(now, *block, stays);
}

}  // namespace

bool keeps_octets(const mail::Rope& before, const mail::Rope& after, const std::vector<Change>& changes) {
  Cursor from(before);
  Cursor to(after);
  std::uint64_t at = 0;
  const std::uint64_t size = before.wire_bytes();
  for (const Change& change : changes) {
    if (change.range.begin < at || change.range.end < change.range.begin || change.range.end > size) return false;
    if (!same_run(from, to, change.range.begin - at)) return false;
    if (!from.skip(change.range.size()) || !to.skip(change.added)) return false;
    at = change.range.end;
  }
  return same_run(from, to, size - at) && from.at_end() && to.at_end();
}

bool reads_as_planned(const mail::Structure& before, const mail::Structure& after, const Report& report) {
  const auto new_defects = static_cast<std::uint32_t>(after.defects) & ~static_cast<std::uint32_t>(before.defects);
  const bool ids_there = std::ranges::all_of(report.content_ids, [&](const std::string& id) {
    const std::string bracketed = "<" + id + ">";
    return std::ranges::count(after.parts, bracketed, &Part::id) >= 1;
  });
  return new_defects == 0 && ids_there && after.parts.size() == before.parts.size() + report.parts_added &&
         keeps_order(before, after);
}

bool reads_as_planned(const Message& before, const Attached& attached, const mail::Structure& after) {
  const auto has_place = [&](const Change& change) { return is_place_for_change(before.structure, change.range); };
  return reads_as_planned(before.structure, after, attached.report) && after.size == attached.rope.wire_bytes() &&
         std::ranges::all_of(attached.changes, has_place) &&
         keeps_octets(before.rope, attached.rope, attached.changes) && keeps_fields(before, attached, after);
}

}  // namespace paraph::signature
