// Any octets are a message: the scanner's answer does not depend on how they are cut, ranges nest, and the intake's
// rope gives the very octets back.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "mime/encoding.h"
#include "mime/header.h"
#include "mime/intake.h"
#include "mime/preview.h"
#include "mime/rope_text.h"
#include "mime/scan.h"

namespace paraph::mime {
namespace {

/// Pieces whose lengths come from the message itself: the fuzzer can choose them, and they repeat.
template <class Feed>
void feed_in_pieces(std::string_view message, Feed feed) {
  std::uint32_t state = static_cast<std::uint32_t>(message.size()) * 2654435761u + 1;
  while (!message.empty()) {
    state = state * 1664525u + 1013904223u + static_cast<unsigned char>(message.front());
    const std::string piece(message.substr(0, 1 + (state >> 16) % 97));  // a copy: a view kept too long is caught
    feed(piece);
    message.remove_prefix(piece.size());
  }
}

void check_ranges(const mail::Structure& structure, std::uint64_t size) {
  PARAPH_ASSERT(!structure.parts.empty() && structure.size == size);
  PARAPH_ASSERT(structure.root().header.begin == 0 && structure.root().body.end == size);
  for (const mail::Part& part : structure.parts) {
    PARAPH_ASSERT(part.header.begin <= part.header.end && part.header.end == part.body.begin &&
                  part.body.begin <= part.body.end);
    PARAPH_ASSERT(part.body.end <= size);
    std::uint64_t at = part.body.begin;
    for (const std::uint32_t child : part.children) {
      PARAPH_ASSERT(structure.parts[child].header.begin >= at);
      at = structure.parts[child].body.end;
    }
    PARAPH_ASSERT(at <= part.body.end);
  }
}

mail::Structure check_scan(std::string_view message) {
  mail::Structure whole = scan(message);
  Scanner scanner;
  feed_in_pieces(message, [&](std::string_view piece) { scanner.feed(piece); });
  PARAPH_ASSERT(scanner.finish() == whole);
  check_ranges(whole, message.size());
  return whole;
}

void check_intake(std::string_view message, const mail::Structure& structure) {
  IntakeLimits limits;
  limits.decoded_bytes_min = 8;  // so that small inputs have blobs too
  limits.inline_run_bytes_max = 400;
  Intake intake(limits);
  std::map<BlobId, std::string> blobs;
  const auto drain = [&] {
    for (auto& blob : intake.take_blobs()) blobs[blob.id] = std::move(blob.octets);
  };
  feed_in_pieces(message, [&](std::string_view piece) {
    PARAPH_ASSERT(intake.feed(piece).has_value());
    drain();
  });
  const auto received = intake.finish();
  drain();
  const auto load = [&](const mail::Segment& segment) {
    return blobs.at(segment.blob).substr(segment.offset, segment.length);
  };
  PARAPH_ASSERT(received.has_value() && received->structure == structure);
  PARAPH_ASSERT(flatten(received->rope, load) == message);
  PARAPH_ASSERT(scan_rope(received->rope, load) == structure);
}

/// What reads single fields must take anything too.
void read_everything(std::string_view message, const mail::Structure& structure) {
  for (const Field& field : Fields(message)) {
    const std::string value = unfold(field.value);
    PARAPH_ASSERT(value.find_first_of("\r\n") == std::string::npos);
    PARAPH_ASSERT(is_utf8(decode_words(value)));
    PARAPH_ASSERT(is_ascii(encode_words(decode_words(value))));
    for (const auto& address : parse_address_list(field.value)) (void)format_address(address);
    (void)parse_content_type(field.value);
    (void)parse_disposition(field.value);
    (void)parse_date(field.value);
    (void)parse_message_ids(field.value);
  }
  (void)duration_of(structure, message);
  const auto body = message.substr(structure.root().body.begin);
  PARAPH_ASSERT(decode_quoted_printable(encode_quoted_printable(body)) == body);
  PARAPH_ASSERT(decode_base64(encode_base64(body)) == body);
  (void)decode_quoted_printable(body);
  (void)decode_base64(body);
}

}  // namespace
}  // namespace paraph::mime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string message(reinterpret_cast<const char*>(data), size);
  const paraph::mail::Structure structure = paraph::mime::check_scan(message);
  paraph::mime::check_intake(message, structure);
  paraph::mime::read_everything(message, structure);
  return 0;
}
