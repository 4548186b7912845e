#include "session/imap/fetch.h"

#include <algorithm>

#include "base/assert.h"

namespace paraph::session_imap {
namespace {

using Kind = imap::FetchItem::Kind;

bool needs_message(const imap::FetchItem& item) {
  return streams(item) || item.kind == Kind::Envelope || item.kind == Kind::Body || item.kind == Kind::BodyStructure;
}

const mail::Envelope& envelope_of(const record::StoredMessage& message) {
  static const mail::Envelope kNone;
  const auto& envelope = message.structure.root().envelope;
  return envelope ? *envelope : kNone;
}

}  // namespace

bool streams(const imap::FetchItem& item) {
  switch (item.kind) {
    case Kind::Rfc822:
    case Kind::Rfc822Header:
    case Kind::Rfc822Text:
    case Kind::Section:
    case Kind::Binary:
    case Kind::BinarySize:
      return true;
    default:
      return false;
  }
}

FetchPlan::FetchPlan(std::vector<imap::FetchItem> asked, imap::Numbers numbers, imap::Readonly readonly)
    : items(std::move(asked)) {
  const bool has_uid = std::ranges::any_of(items, [](const auto& item) { return item.kind == Kind::Uid; });
  if (numbers == imap::Numbers::Uid && !has_uid) items.insert(items.begin(), imap::FetchItem{.kind = Kind::Uid});
  needs_message = std::ranges::any_of(items, session_imap::needs_message);
  streams = std::ranges::any_of(items, session_imap::streams);
  sets_seen = readonly == imap::Readonly::No && std::ranges::any_of(items, &imap::FetchItem::sets_seen);
}

void append_simple_item(std::string& out, const imap::FetchItem& item, const FetchSubject& subject) {
  imap::append_fetch_name(out, item);
  out += ' ';
  switch (item.kind) {
    case Kind::Uid:
      return imap::append_number(out, subject.entry.uid.value);
    case Kind::Flags:
      return imap::append_flags(out, subject.entry.flags, subject.recent);
    case Kind::InternalDate:
      return imap::append_internal_date(out, subject.entry.internal_date);
    case Kind::Rfc822Size:
      return imap::append_number(out, subject.entry.size);
    case Kind::Envelope:
      return imap::append_envelope(out, envelope_of(*subject.message));
    case Kind::Body:
      return imap::append_body(out, subject.message->structure);
    case Kind::BodyStructure:
      return imap::append_body_structure(out, subject.message->structure);
    default:
      PARAPH_ASSERT(!"an item that streams");
  }
}

void append_simple_items(std::string& out, const FetchPlan& plan, const FetchSubject& subject) {
  bool first = true;
  for (const auto& item : plan.items) {
    if (!first) out += ' ';
    first = false;
    append_simple_item(out, item, subject);
  }
}

std::optional<std::string_view> inline_octets(const mail::Rope& rope, mail::Range range) {
  std::uint64_t begin = 0;
  for (const auto& segment : rope.segments) {
    const auto end = begin + segment.wire_bytes();
    if (range.begin >= begin && range.end <= end && segment.kind == mail::Segment::Kind::Inline) {
      return std::string_view(segment.octets).substr(range.begin - begin, range.size());
    }
    if (range.begin < end) return std::nullopt;
    begin = end;
  }
  return std::nullopt;
}

}  // namespace paraph::session_imap
