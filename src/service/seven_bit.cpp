#include "service/seven_bit.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "crypto/sha256.h"
#include "mime/encoding.h"
#include "mime/field.h"
#include "service/new_octets.h"

namespace paraph::service {
namespace {

constexpr std::uint64_t kLeavesBytesMax = 8 << 20;     ///< of all that is encoded
constexpr std::uint64_t kTextBytesMax = 1 << 20;       ///< longer text becomes base64, which never triples
constexpr std::uint64_t kHeaderBytesMax = 256 * 1024;  ///< of one part: the scanner reads no more of it
constexpr std::size_t kInlineBytesMax = 4096;
constexpr std::uint64_t kLookedAtBytes = 64 * 1024;  ///< at once
constexpr std::uint32_t kLineChars = 76;

const std::vector<mail::NewBlob> kNoBlobs;

bool is_8bit(std::string_view octets) { return !is_ascii(octets); }

bool says_8bit(const mail::Part& part) {
  return part.encoding == mail::Encoding::EightBit || part.encoding == mail::Encoding::Binary;
}

std::unexpected<Error> impossible(std::string_view why) {
  return fail(Code::Unsupported, "the message cannot become 7-bit: " + std::string(why));
}

/// Is it part of what a signature covers, or of a cipher (RFC 1847)?
bool is_sealed(const mail::Structure& structure, const mail::Part& part) {
  for (auto at = part.parent; at != mail::kNoPart; at = structure.parts[at].parent) {
    const auto& above = structure.parts[at];
    if (above.is("multipart", "signed") || above.is("multipart", "encrypted")) return true;
  }
  return false;
}

/// May the leaf be encoded at all? Of message/* only what RFC 6532 §3.7 and RFC 6533 name.
bool may_encode(const mail::Structure& structure, const mail::Part& part) {
  const bool message = part.type == "message" && !part.subtype.starts_with("global-");
  return part.leaf() && !message && !is_sealed(structure, part);
}

std::optional<std::string> as_quoted_printable(const mail::Part& part, std::string_view body) {
  if (part.type != "text" || part.encoding == mail::Encoding::Binary || body.size() > kTextBytesMax)
    return std::nullopt;
  const auto high = static_cast<std::size_t>(
      std::ranges::count_if(body, [](char octet) { return static_cast<unsigned char>(octet) > 127; }));
  if (high * 6 > body.size()) return std::nullopt;
  auto encoded = mime::encode_quoted_printable(body);
  // A line that begins with "--" only since it was broken there could be a delimiter.
  if (encoded.find("=\r\n--") != encoded.npos) return std::nullopt;
  return encoded;
}

/// The block, which ends in an empty line, with one Content-Transfer-Encoding, and `more` fields at its end.
std::string with_encoding(std::string_view block, std::string_view encoding, std::string_view more) {
  std::string out;
  std::uint64_t at = 0;
  for (const mime::Field& field : mime::Fields(block)) {
    if (!iequals(field.name, "Content-Transfer-Encoding")) continue;
    out += block.substr(at, field.range.begin - at);
    at = field.range.end;
  }
  out += block.substr(at, block.size() - 2 - at);
  return out.append("Content-Transfer-Encoding: ").append(encoding).append("\r\n").append(more).append("\r\n");
}

/// The message as it becomes, from its beginning on.
class Rewriting {
 public:
  Rewriting(store::Store& store, const record::StoredMessage& message) : octets_(store, kNoBlobs), message_(message) {}

  Task<Result<void>> part(const mail::Part& part);
  Result<void> finish() { return pass(message_.rope.wire_bytes()); }
  mail::Rope rope;
  std::vector<mail::NewBlob> blobs;

 private:
  Task<Result<void>> leaf(const mail::Part& part, std::string_view block);
  Result<void> pass(std::uint64_t to);
  Result<void> replace(mail::Range range, std::string octets);
  Result<void> label(const mail::Part& part, std::string_view block, std::string_view encoding);

  NewOctets octets_;
  const record::StoredMessage& message_;
  std::uint64_t at_ = 0;  ///< what comes before is in the new rope
  std::uint64_t encoded_bytes_ = 0;
};

Result<void> Rewriting::pass(std::uint64_t to) {
  const mail::Range range{.begin = at_, .end = to};
  if (to < at_ || !message_.rope.can_cut(at_) || !message_.rope.can_cut(to)) return impossible("its parts overlap");
  rope.append_range(message_.rope, range);
  at_ = to;
  return {};
}

Result<void> Rewriting::replace(mail::Range range, std::string octets) {
  PARAPH_CHECK(pass(range.begin));
  if (!message_.rope.can_cut(range.end)) return impossible("its parts overlap");
  at_ = range.end;
  if (octets.size() <= kInlineBytesMax) {
    rope.append(octets);
    return {};
  }
  for (std::size_t at = 0; at < octets.size(); at += mail::kBlobBytesMax) {
    auto piece = octets.substr(at, mail::kBlobBytesMax);
    mail::Segment segment{.kind = mail::Segment::Kind::Raw, .blob = crypto::sha256(piece), .length = piece.size()};
    const bool fresh = std::ranges::find(blobs, segment.blob, &mail::NewBlob::id) == blobs.end();
    if (fresh) blobs.push_back({segment.blob, std::move(piece)});
    rope.append(std::move(segment));
  }
  return {};
}

/// Says `encoding` in the part's header, whose octets are `block`.
Result<void> Rewriting::label(const mail::Part& part, std::string_view block, std::string_view encoding) {
  if (block != "\r\n" && !block.ends_with("\r\n\r\n")) return impossible("a header has no end");
  std::string more;
  if (part.envelope && mime::count_fields(block, "MIME-Version") == 0) {
    more = "MIME-Version: 1.0\r\n";
    if (!part.has_content_type) more += "Content-Type: text/plain; charset=unknown-8bit\r\n";  // RFC 1428
  }
  return replace(part.header, with_encoding(block, encoding, more));
}

Task<Result<void>> Rewriting::part(const mail::Part& part) {
  if (part.header.size() > kHeaderBytesMax) co_return impossible("a header is too long");
  PARAPH_CO_TRY(const auto block, co_await octets_.read(message_.rope, part.header));
  if (is_8bit(block)) co_return impossible("a header is not ASCII");
  if (part.children.empty()) co_return co_await leaf(part, block);
  if (!says_8bit(part)) co_return Result<void>();
  if (is_sealed(message_.structure, part)) co_return impossible("a signature covers it");
  co_return label(part, block, "7bit");
}

/// What has no parts, or is not looked into.
Task<Result<void>> Rewriting::leaf(const mail::Part& part, std::string_view block) {
  if (!says_8bit(part) && part.encoding != mail::Encoding::SevenBit) co_return Result<void>();
  if (part.body.size() > kLeavesBytesMax) {
    if (says_8bit(part)) co_return impossible("a part is too long");
    co_return Result<void>();  // has_more() finds out whether it is right
  }
  PARAPH_CO_TRY(const auto body, co_await octets_.read(message_.rope, part.body));
  if (!says_8bit(part) && !is_8bit(body)) co_return Result<void>();
  if (!may_encode(message_.structure, part)) co_return impossible("a part may not be changed");
  encoded_bytes_ += body.size();
  if (encoded_bytes_ > kLeavesBytesMax) co_return impossible("its 8-bit parts are too long");
  const bool last = part.body.end == message_.rope.wire_bytes();
  auto text = as_quoted_printable(part, body);
  PARAPH_CO_CHECK(label(part, block, text ? "quoted-printable" : "base64"));
  if (!text) text = mime::encode_base64(body, kLineChars, last);
  co_return replace(part.body, *std::move(text));
}

Task<Result<bool>> has_8bit(NewOctets& octets, const mail::Rope& rope) {
  mail::Range piece;
  for (const auto& segment : rope.segments) {
    const auto end = piece.end + segment.wire_bytes();
    if (is_8bit(segment.octets)) co_return true;
    while (segment.kind == mail::Segment::Kind::Raw && piece.end < end) {
      piece = {.begin = piece.end, .end = std::min(end, piece.end + kLookedAtBytes)};
      PARAPH_CO_TRY(const auto found, co_await octets.read(rope, piece));
      if (is_8bit(found)) co_return true;
    }
    piece.end = end;
  }
  co_return false;
}

}  // namespace

Task<Result<bool>> has_8bit(store::Store& store, const mail::Rope& rope) {
  NewOctets octets(store, kNoBlobs);
  const auto found = co_await has_8bit(octets, rope);
  co_return found;
}

Task<Result<Form>> to_seven_bit(store::Store& store, record::StoredMessage message) {
  PARAPH_CO_TRY(const bool needed, co_await has_8bit(store, message.rope));
  if (!needed) co_return Form{.message = std::move(message), .blobs = {}};
  Rewriting rewriting(store, message);
  for (const auto& part : message.structure.parts) {
    PARAPH_CO_CHECK(co_await rewriting.part(part));
  }
  PARAPH_CO_CHECK(rewriting.finish());
  const auto parts = message.structure.parts.size();
  Form form{.message = std::move(message), .blobs = std::move(rewriting.blobs)};
  form.message.rope = std::move(rewriting.rope);
  NewOctets octets(store, form.blobs);
  PARAPH_CO_TRY(form.message.structure, co_await octets.scan(form.message.rope));
  if (form.message.structure.parts.size() != parts) co_return impossible("it would read otherwise");
  // Between parts, or in parts that say otherwise.
  PARAPH_CO_TRY(const bool more, co_await has_8bit(octets, form.message.rope));
  if (more) co_return impossible("there are 8-bit octets between its parts, or in parts that say otherwise");
  // Pieces of what had them have none any more.
  for (auto& segment : form.message.rope.segments) segment.has_8bit = false;
  co_return form;
}

}  // namespace paraph::service
