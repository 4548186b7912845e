// How a stored message is written: by the field numbers of the schema.
#include "record/codec.h"
#include "record/fields.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

void write(FieldWriter& out, const mail::Segment& segment) {
  out.number(pb::Segment::kKindFieldNumber, static_cast<std::uint64_t>(segment.kind));
  if (segment.kind == mail::Segment::Kind::Inline) {
    out.octets(pb::Segment::kOctetsFieldNumber, segment.octets);
    return;
  }
  out.octets(pb::Segment::kBlobFieldNumber, segment.blob.view());
  out.number(pb::Segment::kOffsetFieldNumber, segment.offset);
  out.number(pb::Segment::kLengthFieldNumber, segment.length);
  out.number(pb::Segment::kLineCharsFieldNumber, segment.line_chars);
  const bool raw = segment.kind == mail::Segment::Kind::Raw;
  out.number(pb::Segment::kFinalCrlfFieldNumber, raw ? segment.has_8bit : segment.final_crlf);
}

void write(FieldWriter& out, const mail::Run& run) {
  out.number(pb::Run::kBeginFieldNumber, run.same.begin);
  out.number(pb::Run::kEndFieldNumber, run.same.end);
  if (run.same.size() == 0) out.message(pb::Run::kOwnFieldNumber, [&] { write(out, run.own); });
}

void write(FieldWriter& out, std::uint32_t field, const std::vector<mail::NamedAddress>& names) {
  for (const auto& name : names) {
    out.message(field, [&] {
      out.octets(pb::NamedAddress::kNameFieldNumber, name.name);
      out.octets(pb::NamedAddress::kLocalFieldNumber, name.address.local);
      out.octets(pb::NamedAddress::kDomainFieldNumber, name.address.domain);
      out.number(pb::NamedAddress::kGroupStartFieldNumber, name.group_start);
      out.number(pb::NamedAddress::kGroupEndFieldNumber, name.group_end);
    });
  }
}

void write(FieldWriter& out, const mail::Envelope& envelope) {
  out.octets(pb::Envelope::kDateFieldNumber, envelope.date);
  out.octets(pb::Envelope::kSubjectFieldNumber, envelope.subject);
  write(out, pb::Envelope::kFromFieldNumber, envelope.from);
  write(out, pb::Envelope::kSenderFieldNumber, envelope.sender);
  write(out, pb::Envelope::kReplyToFieldNumber, envelope.reply_to);
  write(out, pb::Envelope::kToFieldNumber, envelope.to);
  write(out, pb::Envelope::kCcFieldNumber, envelope.cc);
  write(out, pb::Envelope::kBccFieldNumber, envelope.bcc);
  out.octets(pb::Envelope::kInReplyToFieldNumber, envelope.in_reply_to);
  out.octets(pb::Envelope::kMessageIdFieldNumber, envelope.message_id);
}

void write(FieldWriter& out, std::uint32_t field, const std::vector<mail::Parameter>& parameters) {
  for (const auto& parameter : parameters) {
    out.message(field, [&] {
      out.octets(pb::Parameter::kNameFieldNumber, parameter.name);
      out.octets(pb::Parameter::kValueFieldNumber, parameter.value);
    });
  }
}

void write(FieldWriter& out, const mail::Part& part) {
  using P = pb::Part;
  out.number(P::kParentPlus1FieldNumber, part.parent + 1);  // kNoPart + 1 is 0: the field is absent
  out.number(P::kHeaderBeginFieldNumber, part.header.begin);
  out.number(P::kHeaderEndFieldNumber, part.header.end);
  out.number(P::kBodyBeginFieldNumber, part.body.begin);
  out.number(P::kBodyEndFieldNumber, part.body.end);
  out.number(P::kBodyLinesFieldNumber, part.body_lines);
  out.octets(P::kTypeFieldNumber, part.type);
  out.octets(P::kSubtypeFieldNumber, part.subtype);
  write(out, P::kParametersFieldNumber, part.parameters);
  out.number(P::kEncodingFieldNumber, static_cast<std::uint64_t>(part.encoding));
  out.octets(P::kEncodingNameFieldNumber, part.encoding_name);
  out.octets(P::kDispositionFieldNumber, part.disposition);
  write(out, P::kDispositionParametersFieldNumber, part.disposition_parameters);
  out.octets(P::kIdFieldNumber, part.id);
  out.octets(P::kDescriptionFieldNumber, part.description);
  out.octets(P::kMd5FieldNumber, part.md5);
  out.octets(P::kLocationFieldNumber, part.location);
  for (const auto& language : part.languages) out.element(P::kLanguagesFieldNumber, language);
  if (part.duration) out.present(P::kDurationFieldNumber, *part.duration);
  out.number(P::kHasContentTypeFieldNumber, part.has_content_type);
  out.number(P::kDefectsFieldNumber, static_cast<std::uint32_t>(part.defects));
  if (part.envelope) out.message(P::kEnvelopeFieldNumber, [&] { write(out, *part.envelope); });
}

void write(FieldWriter& out, const SignatureOutcome& outcome) {
  out.octets(pb::SignatureOutcome::kOwnerFieldNumber, outcome.owner);
  out.octets(pb::SignatureOutcome::kRevisionFieldNumber, outcome.revision);
  out.octets(pb::SignatureOutcome::kKindsFieldNumber, outcome.kinds);
  out.octets(pb::SignatureOutcome::kHowFieldNumber, outcome.how);
  out.octets(pb::SignatureOutcome::kReasonFieldNumber, outcome.reason);
  out.octets(pb::SignatureOutcome::kDomainFieldNumber, outcome.domain);
  out.number(pb::SignatureOutcome::kVerifiedFieldNumber, outcome.verified);
}

/// About what the record will take, so that it grows in one piece.
std::size_t bytes_about(const StoredMessage& message) {
  std::size_t bytes = 200 + 350 * message.structure.parts.size();
  for (const auto& segment : message.rope.segments) bytes += 60 + segment.octets.size();
  for (const auto& run : message.plain) bytes += 60 + run.own.octets.size();
  return bytes;
}

}  // namespace

std::string format_message(const StoredMessage& message) {
  using M = pb::Message;
  FieldWriter out;
  out.reserve(bytes_about(message));
  for (const auto& segment : message.rope.segments) out.message(M::kRopeFieldNumber, [&] { write(out, segment); });
  for (const auto& part : message.structure.parts) out.message(M::kPartsFieldNumber, [&] { write(out, part); });
  out.number(M::kSizeFieldNumber, message.structure.size);
  out.number(M::kDefectsFieldNumber, static_cast<std::uint32_t>(message.structure.defects));
  out.number(M::kMimeVersionFieldNumber, message.structure.mime_version);
  out.number(M::kDurationFieldNumber, message.duration);
  out.number(M::kReceivedFieldNumber, static_cast<std::uint64_t>(unix_seconds(message.received)));
  out.message(M::kSignatureFieldNumber, [&] { write(out, message.signature); });
  out.number(M::kListedFieldNumber, message.listed);
  for (const auto& run : message.plain) out.message(M::kPlainFieldNumber, [&] { write(out, run); });
  return out.take();
}

}  // namespace paraph::record
