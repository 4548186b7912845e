#include <algorithm>
#include <stdexcept>

#include "session/imap/fetch.h"
#include "session/imap/session.h"
#include "wire/imap/section.h"

namespace paraph::session_imap {
namespace {

using Kind = imap::FetchItem::Kind;
using What = imap::Section::What;

/// From a header block longer than this, HEADER.FIELDS picks among the first so many octets.
constexpr std::uint64_t kHeaderBytesMax = 1024 * 1024;

/// The RFC 822 items are sections by older names.
imap::Section section_of(const imap::FetchItem& item) {
  if (item.kind == Kind::Rfc822Header) return {.what = What::Header};
  if (item.kind == Kind::Rfc822Text) return {.what = What::Text};
  if (item.kind == Kind::Rfc822) return {};
  return item.section;
}

bool picks_fields(const imap::Section& section) {
  return section.what == What::HeaderFields || section.what == What::HeaderFieldsNot;
}

}  // namespace

/// BODY[...], RFC822 and its kin: name, announcement, octets. A read that fails after the announcement ends the
/// connection: there is no other way to say so.
Task<void> Session::fetch_section(const imap::FetchItem& item, service::MessagePtr message) {
  const auto section = section_of(item);
  imap::append_fetch_name(out(), item);
  out() += ' ';
  const auto range = imap::find_section(message->structure, section);
  if (!range) {
    out() += "NIL";
    co_return;
  }
  if (picks_fields(section)) {
    co_await fetch_header_fields(item, message, *range);
    co_return;
  }
  const auto wanted = imap::apply_partial(*range, item.partial);
  imap::append_literal_start(out(), wanted.size());
  if (const auto octets = inline_octets(message->rope, wanted)) {
    out() += *octets;
    co_return;
  }
  co_await stream_range(message, wanted);
}

Task<void> Session::fetch_header_fields(const imap::FetchItem& item, service::MessagePtr message, mail::Range header) {
  header.end = std::min(header.end, header.begin + kHeaderBytesMax);
  std::string fields;
  if (const auto octets = inline_octets(message->rope, header)) {
    imap::append_header_fields(fields, *octets, item.section);
  } else {
    const auto read = co_await server_.messages.read_all(message, header, kHeaderBytesMax);
    if (!read) throw std::runtime_error("a header cannot be read: " + read.error().text);
    imap::append_header_fields(fields, *read, item.section);
  }
  const auto wanted = imap::apply_partial({0, fields.size()}, item.partial);
  imap::append_literal_start(out(), wanted.size());
  out().append(fields, wanted.begin, wanted.size());
}

/// BINARY[...] and BINARY.SIZE[...] (RFC 3516 §4.2, §4.3). False: the part's encoding is not known; it is answered as
/// NIL or 0.
Task<bool> Session::fetch_binary(const imap::FetchItem& item, service::MessagePtr message) {
  imap::append_fetch_name(out(), item);
  out() += ' ';
  const bool size_only = item.kind == Kind::BinarySize;
  const auto part = imap::find_part(message->structure, item.section.path);
  const bool as_is = item.section.path.empty() || (part && !message->structure.parts[*part].leaf());
  if (!part) {
    out() += size_only ? "0" : "NIL";
    co_return true;
  }
  if (as_is) {  // only leaves are encoded
    const auto range = imap::find_section(message->structure, item.section).value_or(mail::Range{});
    const auto wanted = imap::apply_partial(range, item.partial);
    if (size_only) {
      imap::append_number(out(), range.size());
      co_return true;
    }
    imap::append_literal8_start(out(), wanted.size());
    co_await stream_range(message, wanted);
    co_return true;
  }
  const auto bytes = co_await server_.messages.decoded_bytes(message, *part);
  if (!bytes) {
    if (bytes.error().code != Code::Unsupported)
      throw std::runtime_error("a part cannot be read: " + bytes.error().text);
    out() += size_only ? "0" : "NIL";
    co_return false;
  }
  if (size_only) {
    imap::append_number(out(), *bytes);
    co_return true;
  }
  const auto wanted = imap::apply_partial({0, *bytes}, item.partial);
  imap::append_literal8_start(out(), wanted.size());
  service::Messages::Sink sink = [this](std::string_view piece) { return write_piece(piece); };
  auto read = co_await server_.messages.read_decoded(message, *part, wanted.begin, wanted.size(), std::move(sink));
  if (!read) throw std::runtime_error("a part cannot be read: " + read.error().text);
  co_return true;
}

Task<void> Session::stream_range(service::MessagePtr message, mail::Range range) {
  service::Messages::Sink sink = [this](std::string_view piece) { return write_piece(piece); };
  auto read = co_await server_.messages.read(message, range, std::move(sink));
  if (!read) throw std::runtime_error("a message cannot be read: " + read.error().text);
}

}  // namespace paraph::session_imap
