#include <algorithm>
#include <utility>

#include "mime/encoding.h"
#include "mime/rope_text.h"
#include "service/messages.h"
#include "service/rope_reader.h"

namespace paraph::service {
namespace {

/// Undoes a transfer encoding piece by piece.
class Decoder {
 public:
  explicit Decoder(mail::Encoding encoding) : encoding_(encoding) {}
  void feed(std::string_view octets, std::string& out) {
    if (encoding_ == mail::Encoding::Base64) {
      base64_.feed(octets, out);
    } else if (encoding_ == mail::Encoding::QuotedPrintable) {
      quoted_printable_.feed(octets, out);
    } else {
      out += octets;
    }
  }
  void finish(std::string& out) {
    if (encoding_ == mail::Encoding::Base64) base64_.finish(out);
    if (encoding_ == mail::Encoding::QuotedPrintable) quoted_printable_.finish(out);
  }

 private:
  mail::Encoding encoding_;
  mime::Base64Decoder base64_;
  mime::QuotedPrintableDecoder quoted_printable_;
};

/// Of octets that come in pieces, those in [begin, end).
class Window {
 public:
  Window(std::uint64_t begin, std::uint64_t end) : begin_(begin), end_(end) {}
  std::string_view cut(std::string_view piece) {
    const std::uint64_t at = std::exchange(at_, at_ + piece.size());
    const std::uint64_t from = std::clamp(begin_, at, at_) - at;
    const std::uint64_t to = std::clamp(end_, at, at_) - at;
    return from < to ? piece.substr(from, to - from) : std::string_view();
  }
  bool passed() const { return at_ >= end_; }
  std::uint64_t seen() const { return at_; }

 private:
  std::uint64_t begin_, end_;
  std::uint64_t at_ = 0;
};

bool identity(mail::Encoding encoding) {
  return encoding == mail::Encoding::SevenBit || encoding == mail::Encoding::EightBit ||
         encoding == mail::Encoding::Binary;
}

std::uint64_t saturated_end(std::uint64_t offset, std::uint64_t length) {
  return length > UINT64_MAX - offset ? UINT64_MAX : offset + length;
}

Result<const mail::Part*> find_part(const record::StoredMessage& message, std::uint32_t part) {
  if (part >= message.structure.parts.size()) return fail(Code::NotFound, "no such part");
  const mail::Part& found = message.structure.parts[part];
  if (found.encoding == mail::Encoding::Unknown)
    return fail(Code::Unsupported, "the part has an unknown transfer encoding");
  return &found;
}

}  // namespace

/// What the part's octets decode to passes through `window` on its way to `sink` (none: they are only counted).
Task<Result<void>> Messages::decode(MessagePtr message, mail::Range body, mail::Encoding encoding, std::uint64_t begin,
                                    std::uint64_t end, Sink sink, std::uint64_t& bytes) {
  Decoder decoder(encoding);
  Window window(begin, end);
  RopeReader reader(store_, message->rope, body);
  std::string decoded;
  for (bool more = true; more && !window.passed();) {
    PARAPH_CO_TRY(const auto piece, co_await reader.next(kPieceBytesMax));
    more = !piece.empty();
    decoded.clear();
    more ? decoder.feed(piece, decoded) : decoder.finish(decoded);
    const auto wanted = window.cut(decoded);
    if (sink && !wanted.empty()) co_await sink(wanted);
  }
  bytes = window.seen();
  co_return Result<void>();
}

Task<Result<void>> Messages::read_decoded(MessagePtr message, std::uint32_t part, std::uint64_t offset,
                                          std::uint64_t length, Sink sink) {
  PARAPH_CO_TRY(const auto* found, find_part(*message, part));
  const std::uint64_t end = saturated_end(offset, length);
  if (identity(found->encoding)) {
    const mail::Range body = found->body;
    const mail::Range wanted{std::min(saturated_end(body.begin, offset), body.end),
                             std::min(saturated_end(body.begin, end), body.end)};
    co_return co_await read(message, wanted, std::move(sink));
  }
  const auto segments = mime::decoded_range_of_leaf(message->rope, message->structure, part);
  if (!segments) {
    std::uint64_t bytes = 0;
    co_return co_await decode(message, found->body, found->encoding, offset, end, std::move(sink), bytes);
  }
  std::uint64_t at = 0;
  for (const auto& segment : *segments) {
    const std::uint64_t from = std::clamp(offset, at, at + segment.length) - at;
    const std::uint64_t to = std::clamp(end, at, at + segment.length) - at;
    at += segment.length;
    if (from >= to) continue;
    PARAPH_CO_TRY(const auto octets, co_await store_.read_blob(segment.blob, segment.offset + from, to - from));
    co_await sink(octets);
  }
  co_return Result<void>();
}

Task<Result<std::uint64_t>> Messages::decoded_bytes(MessagePtr message, std::uint32_t part) {
  PARAPH_CO_TRY(const auto* found, find_part(*message, part));
  if (identity(found->encoding)) co_return found->body.size();
  std::uint64_t bytes = 0;
  if (const auto segments = mime::decoded_range_of_leaf(message->rope, message->structure, part)) {
    for (const auto& segment : *segments) bytes += segment.length;
    co_return bytes;
  }
  PARAPH_CO_CHECK(co_await decode(message, found->body, found->encoding, 0, UINT64_MAX, nullptr, bytes));
  co_return bytes;
}

}  // namespace paraph::service
