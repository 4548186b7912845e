#include "service/greeting_octets.h"

#include <algorithm>

#include "base/text.h"
#include "mime/encoding.h"
#include "mime/header.h"
#include "service/new_octets.h"

namespace paraph::service {
namespace {

constexpr std::uint64_t kHeaderBytesMax = 256 * 1024;

const mail::Part* find_recording(const mail::Structure& structure) {
  for (const auto& part : structure.parts) {
    if (part.leaf() && part.type == "audio") return &part;
    if (part.message()) return nullptr;  // what follows may be inside it
  }
  return nullptr;
}

std::string decoded(std::string octets, mail::Encoding encoding) {
  if (encoding == mail::Encoding::Base64) return mime::decode_base64(octets);
  if (encoding == mail::Encoding::QuotedPrintable) return mime::decode_quoted_printable(octets);
  return octets;
}

}  // namespace

bool is_voice_signature(std::string_view header) {
  const auto kind = mime::find_value(header, "X-CNS-Greeting-Type");
  return kind && iequals(*kind, "voice-signature");
}

Task<Result<bool>> is_voice_signature(store::Store& store, const record::StoredMessage& message) {
  const std::vector<mail::NewBlob> none;
  NewOctets octets(store, none);
  mail::Range range = message.structure.root().header;
  range.end = std::min(range.end, range.begin + kHeaderBytesMax);
  PARAPH_CO_TRY(const auto header, co_await octets.read(message.rope, range));
  co_return is_voice_signature(header);
}

Task<Result<std::string>> read_recording(store::Store& store, const record::StoredMessage& message,
                                         const std::vector<mail::NewBlob>& blobs, std::uint64_t bytes_max) {
  const auto* part = find_recording(message.structure);
  if (part == nullptr) co_return fail(Code::Unsupported, "the greeting has no recording");
  if (part->encoding == mail::Encoding::Unknown)
    co_return fail(Code::Unsupported, "the recording has an unknown transfer encoding");
  // Encoded, it is at most three times as long (quoted-printable), and has line ends.
  if (part->body.size() / 4 > bytes_max) co_return fail(Code::TooLarge, "the recording is too large");
  NewOctets octets(store, blobs);
  PARAPH_CO_TRY(auto body, co_await octets.read(message.rope, part->body));
  auto recording = decoded(std::move(body), part->encoding);
  if (recording.empty()) co_return fail(Code::Unsupported, "the greeting's recording is empty");
  if (recording.size() > bytes_max) co_return fail(Code::TooLarge, "the recording is too large");
  co_return recording;
}

}  // namespace paraph::service
