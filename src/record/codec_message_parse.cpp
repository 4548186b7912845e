// How a stored message is read, on every cold FETCH: straight from the wire format into the nouns. A `take` fails
// (false) for what no format_message() ever wrote.
#include <algorithm>
#include <limits>
#include <utility>

#include "record/codec.h"
#include "record/fields.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

/// Far more than mime finds and limits let in: a damaged record must not ask for all memory.
constexpr std::size_t kPartsMax = 10'000;
constexpr std::size_t kSegmentsMax = 100'000;

/// A 32-bit number; too large a one is damage, which `ok` remembers.
std::uint32_t number32(const FieldReader& field, bool& ok) {
  ok = ok && field.value() <= std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(field.value());
}

template <class E>
void take_enum(const FieldReader& field, E last, E& to, bool& ok) {
  ok = ok && field.value() <= static_cast<std::uint64_t>(last);
  if (ok) to = static_cast<E>(field.value());
}

bool sound(const mail::Segment& segment) {
  if (segment.kind == mail::Segment::Kind::Inline) return !segment.octets.empty();
  if (segment.length == 0 || segment.length > mail::kBlobBytesMax || segment.offset > mail::kBlobBytesMax) return false;
  return segment.line_chars % 4 == 0 && segment.line_chars <= 996;
}

bool take(std::string_view octets, mail::Segment& segment) {
  FieldReader field(octets);
  bool ok = true;
  bool named = false;
  while (field.next()) {
    switch (field.number()) {
      case pb::Segment::kKindFieldNumber:
        take_enum(field, mail::Segment::Kind::Base64, segment.kind, ok);
        break;
      case pb::Segment::kOctetsFieldNumber:
        segment.octets = field.octets();
        break;
      case pb::Segment::kBlobFieldNumber:
        if (const auto blob = blob_of(field.octets())) {
          segment.blob = *blob;
          named = true;
        }
        break;
      case pb::Segment::kOffsetFieldNumber:
        segment.offset = field.value();
        break;
      case pb::Segment::kLengthFieldNumber:
        segment.length = field.value();
        break;
      case pb::Segment::kLineCharsFieldNumber:
        segment.line_chars = number32(field, ok);
        break;
      case pb::Segment::kFinalCrlfFieldNumber:
        segment.final_crlf = field.value() != 0;
        break;
      default:
        break;
    }
  }
  // The one bit of both: lines are of Base64 only.
  if (segment.kind == mail::Segment::Kind::Raw) std::swap(segment.final_crlf, segment.has_8bit);
  return ok && !field.damaged() && sound(segment) && named == (segment.kind != mail::Segment::Kind::Inline);
}

bool take(std::string_view octets, mail::Run& run) {
  FieldReader field(octets);
  bool ok = true;
  bool own = false;
  while (field.next()) {
    switch (field.number()) {
      case pb::Run::kBeginFieldNumber:
        run.same.begin = field.value();
        break;
      case pb::Run::kEndFieldNumber:
        run.same.end = field.value();
        break;
      case pb::Run::kOwnFieldNumber:
        ok = take(field.octets(), run.own) && ok;
        own = true;
        break;
      default:
        break;
    }
  }
  return ok && !field.damaged() && own == (run.same.begin == run.same.end);
}

bool take(std::string_view octets, mail::NamedAddress& name) {
  FieldReader field(octets);
  while (field.next()) {
    switch (field.number()) {
      case pb::NamedAddress::kNameFieldNumber:
        name.name = field.octets();
        break;
      case pb::NamedAddress::kLocalFieldNumber:
        name.address.local = field.octets();
        break;
      case pb::NamedAddress::kDomainFieldNumber:
        name.address.domain = field.octets();
        break;
      case pb::NamedAddress::kGroupStartFieldNumber:
        name.group_start = field.value() != 0;
        break;
      case pb::NamedAddress::kGroupEndFieldNumber:
        name.group_end = field.value() != 0;
        break;
      default:
        break;
    }
  }
  return !field.damaged();
}

bool take(std::string_view octets, mail::Envelope& envelope) {
  FieldReader field(octets);
  bool ok = true;
  const auto add = [&](std::vector<mail::NamedAddress>& names) {
    ok = take(field.octets(), names.emplace_back()) && ok;
  };
  while (field.next()) {
    switch (field.number()) {
      case pb::Envelope::kDateFieldNumber:
        envelope.date = field.octets();
        break;
      case pb::Envelope::kSubjectFieldNumber:
        envelope.subject = field.octets();
        break;
      case pb::Envelope::kFromFieldNumber:
        add(envelope.from);
        break;
      case pb::Envelope::kSenderFieldNumber:
        add(envelope.sender);
        break;
      case pb::Envelope::kReplyToFieldNumber:
        add(envelope.reply_to);
        break;
      case pb::Envelope::kToFieldNumber:
        add(envelope.to);
        break;
      case pb::Envelope::kCcFieldNumber:
        add(envelope.cc);
        break;
      case pb::Envelope::kBccFieldNumber:
        add(envelope.bcc);
        break;
      case pb::Envelope::kInReplyToFieldNumber:
        envelope.in_reply_to = field.octets();
        break;
      case pb::Envelope::kMessageIdFieldNumber:
        envelope.message_id = field.octets();
        break;
      default:
        break;
    }
  }
  return ok && !field.damaged();
}

bool take(std::string_view octets, mail::Parameter& parameter) {
  FieldReader field(octets);
  while (field.next()) {
    switch (field.number()) {
      case pb::Parameter::kNameFieldNumber:
        parameter.name = field.octets();
        break;
      case pb::Parameter::kValueFieldNumber:
        parameter.value = field.octets();
        break;
      default:
        break;
    }
  }
  return !field.damaged();
}

/// The strings of a part; false: another field.
bool take_text(const FieldReader& field, mail::Part& part) {
  switch (field.number()) {
    case pb::Part::kTypeFieldNumber:
      part.type = field.octets();
      return true;
    case pb::Part::kSubtypeFieldNumber:
      part.subtype = field.octets();
      return true;
    case pb::Part::kEncodingNameFieldNumber:
      part.encoding_name = field.octets();
      return true;
    case pb::Part::kDispositionFieldNumber:
      part.disposition = field.octets();
      return true;
    case pb::Part::kIdFieldNumber:
      part.id = field.octets();
      return true;
    case pb::Part::kDescriptionFieldNumber:
      part.description = field.octets();
      return true;
    case pb::Part::kMd5FieldNumber:
      part.md5 = field.octets();
      return true;
    case pb::Part::kLocationFieldNumber:
      part.location = field.octets();
      return true;
    case pb::Part::kLanguagesFieldNumber:
      part.languages.emplace_back(field.octets());
      return true;
    default:
      return false;
  }
}

/// Reads `octets` into `part`, whose parent is an index that nobody has checked yet.
bool take(std::string_view octets, mail::Part& part) {
  FieldReader field(octets);
  bool ok = true;
  part.type.clear();
  part.subtype.clear();
  while (field.next()) {
    switch (field.number()) {
      case pb::Part::kParentPlus1FieldNumber:
        part.parent = number32(field, ok) - 1;
        break;
      case pb::Part::kHeaderBeginFieldNumber:
        part.header.begin = field.value();
        break;
      case pb::Part::kHeaderEndFieldNumber:
        part.header.end = field.value();
        break;
      case pb::Part::kBodyBeginFieldNumber:
        part.body.begin = field.value();
        break;
      case pb::Part::kBodyEndFieldNumber:
        part.body.end = field.value();
        break;
      case pb::Part::kBodyLinesFieldNumber:
        part.body_lines = field.value();
        break;
      case pb::Part::kParametersFieldNumber:
        ok = take(field.octets(), part.parameters.emplace_back()) && ok;
        break;
      case pb::Part::kEncodingFieldNumber:
        take_enum(field, mail::Encoding::Unknown, part.encoding, ok);
        break;
      case pb::Part::kDispositionParametersFieldNumber:
        ok = take(field.octets(), part.disposition_parameters.emplace_back()) && ok;
        break;
      case pb::Part::kDurationFieldNumber:
        part.duration = number32(field, ok);
        break;
      case pb::Part::kHasContentTypeFieldNumber:
        part.has_content_type = field.value() != 0;
        break;
      case pb::Part::kDefectsFieldNumber:
        part.defects = static_cast<mail::Defect>(number32(field, ok));
        break;
      case pb::Part::kEnvelopeFieldNumber:
        ok = take(field.octets(), part.envelope.emplace()) && ok;
        break;
      default:
        take_text(field, part);
        break;
    }
  }
  return ok && !field.damaged();
}

bool take(std::string_view octets, SignatureOutcome& outcome) {
  FieldReader field(octets);
  while (field.next()) {
    switch (field.number()) {
      case pb::SignatureOutcome::kOwnerFieldNumber:
        outcome.owner = field.octets();
        break;
      case pb::SignatureOutcome::kRevisionFieldNumber:
        outcome.revision = field.octets();
        break;
      case pb::SignatureOutcome::kKindsFieldNumber:
        outcome.kinds = field.octets();
        break;
      case pb::SignatureOutcome::kHowFieldNumber:
        outcome.how = field.octets();
        break;
      case pb::SignatureOutcome::kReasonFieldNumber:
        outcome.reason = field.octets();
        break;
      case pb::SignatureOutcome::kDomainFieldNumber:
        outcome.domain = field.octets();
        break;
      case pb::SignatureOutcome::kVerifiedFieldNumber:
        outcome.verified = field.value() != 0;
        break;
      default:
        break;
    }
  }
  return !field.damaged();
}

/// Parts and segments are large: they are to be made where they stay.
bool reserve(std::string_view octets, StoredMessage& message) {
  FieldReader field(octets);
  std::size_t parts = 0;
  std::size_t segments = 0;
  std::size_t runs = 0;
  while (field.next()) {
    parts += field.number() == pb::Message::kPartsFieldNumber;
    segments += field.number() == pb::Message::kRopeFieldNumber;
    runs += field.number() == pb::Message::kPlainFieldNumber;
  }
  if (parts > kPartsMax || segments > kSegmentsMax || runs > kSegmentsMax) return false;
  message.structure.parts.reserve(parts);
  message.rope.segments.reserve(segments);
  message.plain.reserve(runs);
  return true;
}

bool take(std::string_view octets, StoredMessage& message) {
  if (!reserve(octets, message)) return false;
  FieldReader field(octets);
  auto& structure = message.structure;
  std::int64_t received = 0;
  bool ok = true;
  while (field.next()) {
    switch (field.number()) {
      case pb::Message::kRopeFieldNumber:
        ok = take(field.octets(), message.rope.segments.emplace_back()) && ok;
        break;
      case pb::Message::kPartsFieldNumber:
        ok = take(field.octets(), structure.parts.emplace_back()) && ok;
        break;
      case pb::Message::kSizeFieldNumber:
        structure.size = field.value();
        break;
      case pb::Message::kDefectsFieldNumber:
        structure.defects = static_cast<mail::Defect>(number32(field, ok));
        break;
      case pb::Message::kMimeVersionFieldNumber:
        structure.mime_version = field.value() != 0;
        break;
      case pb::Message::kDurationFieldNumber:
        message.duration = number32(field, ok);
        break;
      case pb::Message::kReceivedFieldNumber:
        received = static_cast<std::int64_t>(field.value());
        break;
      case pb::Message::kSignatureFieldNumber:
        ok = take(field.octets(), message.signature) && ok;
        break;
      case pb::Message::kListedFieldNumber:
        message.listed = field.value() != 0;
        break;
      case pb::Message::kPlainFieldNumber:
        ok = take(field.octets(), message.plain.emplace_back()) && ok;
        break;
      default:
        break;
    }
  }
  const auto time = time_of(received);
  if (time) message.received = *time;
  return ok && time && !field.damaged();
}

bool inside(mail::Range range, std::uint64_t size) { return range.begin <= range.end && range.end <= size; }

/// One root, parents before their children, ranges inside the message. Fills in the children.
bool join(mail::Structure& structure) {
  if (structure.parts.empty() || structure.parts[0].parent != mail::kNoPart) return false;
  for (std::uint32_t i = 0; i < structure.parts.size(); ++i) {
    const auto& part = structure.parts[i];
    if (!inside(part.header, structure.size) || !inside(part.body, structure.size)) return false;
    if (i == 0) continue;
    if (part.parent >= i) return false;
    structure.parts[part.parent].children.push_back(i);
  }
  return true;
}

}  // namespace

Result<StoredMessage> parse_message(std::string_view octets) {
  StoredMessage message;
  if (!take(octets, message) || !join(message.structure)) return corrupt("message");
  const auto is_inside = [&](const mail::Run& run) { return inside(run.same, message.structure.size); };
  if (!std::ranges::all_of(message.plain, is_inside)) return corrupt("message");
  if (message.rope.wire_bytes() != message.structure.size) return corrupt("message");
  return message;
}

}  // namespace paraph::record
