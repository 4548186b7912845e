#include "service/new_octets.h"

#include <algorithm>

#include "mime/rope_text.h"
#include "mime/scan.h"

namespace paraph::service {
namespace {

mime::Base64Run run_of(const mail::Segment& segment) {
  const std::uint64_t wire_bytes = segment.wire_bytes();
  const std::uint64_t characters = (segment.length + 2) / 3 * 4;
  return {.wire_bytes = wire_bytes,
          .crlfs = (wire_bytes - characters) / 2,
          .ends_in_crlf = segment.final_crlf,
          .padding = static_cast<std::uint8_t>((3 - segment.length % 3) % 3)};
}

}  // namespace

Task<Result<std::string>> NewOctets::blob(const BlobId& id, std::uint64_t offset, std::uint64_t length) {
  const auto found = std::ranges::find(blobs_, id, &mail::NewBlob::id);
  if (found == blobs_.end()) co_return co_await store_.read_blob(id, offset, length);
  if (offset > found->octets.size() || length > found->octets.size() - offset)
    co_return fail(Code::NotFound, "the blob is shorter");
  co_return found->octets.substr(offset, length);
}

Task<Result<std::string>> NewOctets::read(const mail::Rope& rope, mail::Range range) {
  std::string out;
  out.reserve(range.size());
  for (const auto& place : mime::locate(rope, range)) {
    const mail::Segment& segment = rope.segments[place.segment];
    if (segment.kind == mail::Segment::Kind::Inline) {
      out.append(segment.octets, place.from, place.to - place.from);
      continue;
    }
    const auto need = mime::needed(segment, place.from, place.to);
    PARAPH_CO_TRY(const auto octets, co_await blob(segment.blob, need.offset, need.length));
    mime::append_wire_octets(out, segment, octets, place.from, place.to);
  }
  co_return out;
}

Task<Result<void>> NewOctets::stream(const mail::Rope& rope, mail::Range range,
                                     std::function<void(std::string_view)> sink) {
  constexpr std::uint64_t kPieceBytes = 78 * 840;  // whole lines of common base64
  while (range.size() > 0) {
    const mail::Range piece{range.begin, std::min(range.end, range.begin + kPieceBytes)};
    PARAPH_CO_TRY(const auto octets, co_await read(rope, piece));
    sink(octets);
    range.begin = piece.end;
  }
  co_return Result<void>();
}

Task<Result<mail::Structure>> NewOctets::scan(const mail::Rope& rope) {
  mime::Scanner scanner;
  for (const auto& segment : rope.segments) {
    switch (segment.kind) {
      case mail::Segment::Kind::Inline:
        scanner.feed(segment.octets);
        break;
      case mail::Segment::Kind::Raw: {
        PARAPH_CO_TRY(const auto octets, co_await blob(segment.blob, segment.offset, segment.length));
        scanner.feed(octets);
        break;
      }
      case mail::Segment::Kind::Base64:
        scanner.skip_base64(run_of(segment));
        break;
    }
  }
  co_return scanner.finish();
}

}  // namespace paraph::service
