// A stored message: its rope and its structure. On the way of every cold FETCH, so values are moved out of what was
// parsed.
#include "record/codec.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

using Names = google::protobuf::RepeatedPtrField<pb::NamedAddress>;
using Parameters = google::protobuf::RepeatedPtrField<pb::Parameter>;

/// Proto3 does not write a field that is empty; not to call its setter either saves the work.
#define PARAPH_SET(out, field, value) \
  if (!(value).empty()) (out).set_##field(value)

// ---- nouns -> record

void set(pb::Segment& out, const mail::Segment& segment) {
  out.set_kind(static_cast<std::uint32_t>(segment.kind));
  if (segment.kind == mail::Segment::Kind::Inline) {
    out.set_octets(segment.octets);
    return;
  }
  out.set_blob(octets_of(segment.blob));
  out.set_offset(segment.offset);
  out.set_length(segment.length);
  out.set_line_chars(segment.line_chars);
  out.set_final_crlf(segment.final_crlf);
}

void set(Names& out, const std::vector<mail::NamedAddress>& names) {
  for (const auto& name : names) {
    auto& one = *out.Add();
    PARAPH_SET(one, name, name.name);
    PARAPH_SET(one, local, name.address.local);
    PARAPH_SET(one, domain, name.address.domain);
    one.set_group_start(name.group_start);
    one.set_group_end(name.group_end);
  }
}

void set(pb::Envelope& out, const mail::Envelope& envelope) {
  PARAPH_SET(out, date, envelope.date);
  PARAPH_SET(out, subject, envelope.subject);
  set(*out.mutable_from(), envelope.from);
  set(*out.mutable_sender(), envelope.sender);
  set(*out.mutable_reply_to(), envelope.reply_to);
  set(*out.mutable_to(), envelope.to);
  set(*out.mutable_cc(), envelope.cc);
  set(*out.mutable_bcc(), envelope.bcc);
  PARAPH_SET(out, in_reply_to, envelope.in_reply_to);
  PARAPH_SET(out, message_id, envelope.message_id);
}

void set(Parameters& out, const std::vector<mail::Parameter>& parameters) {
  for (const auto& parameter : parameters) {
    auto& one = *out.Add();
    one.set_name(parameter.name);
    one.set_value(parameter.value);
  }
}

void set(pb::Part& out, const mail::Part& part) {
  out.set_parent_plus_1(part.parent + 1);  // kNoPart + 1 is 0: the field is absent
  out.set_header_begin(part.header.begin);
  out.set_header_end(part.header.end);
  out.set_body_begin(part.body.begin);
  out.set_body_end(part.body.end);
  out.set_body_lines(part.body_lines);
  PARAPH_SET(out, type, part.type);
  PARAPH_SET(out, subtype, part.subtype);
  set(*out.mutable_parameters(), part.parameters);
  out.set_encoding(static_cast<std::uint32_t>(part.encoding));
  PARAPH_SET(out, encoding_name, part.encoding_name);
  PARAPH_SET(out, disposition, part.disposition);
  set(*out.mutable_disposition_parameters(), part.disposition_parameters);
  PARAPH_SET(out, id, part.id);
  PARAPH_SET(out, description, part.description);
  PARAPH_SET(out, md5, part.md5);
  PARAPH_SET(out, location, part.location);
  for (const auto& language : part.languages) out.add_languages(language);
  if (part.duration) out.set_duration(*part.duration);
  out.set_has_content_type(part.has_content_type);
  out.set_defects(static_cast<std::uint32_t>(part.defects));
  if (part.envelope) set(*out.mutable_envelope(), *part.envelope);
}

void set(pb::SignatureOutcome& out, const SignatureOutcome& outcome) {
  PARAPH_SET(out, owner, outcome.owner);
  PARAPH_SET(out, revision, outcome.revision);
  PARAPH_SET(out, kinds, outcome.kinds);
  PARAPH_SET(out, how, outcome.how);
  PARAPH_SET(out, reason, outcome.reason);
}

#undef PARAPH_SET

// ---- record -> nouns. `take` fails (false) for what no format_message() ever wrote.

bool take(const pb::Segment& in, mail::Segment& segment) {
  const auto kind = enum_of(in.kind(), mail::Segment::Kind::Base64);
  if (!kind) return false;
  segment.kind = *kind;
  if (segment.kind == mail::Segment::Kind::Inline) {
    segment.octets = in.octets();
    return !segment.octets.empty();
  }
  const auto blob = blob_of(in.blob());
  if (!blob || in.length() == 0 || in.offset() > mail::kBlobBytesMax || in.length() > mail::kBlobBytesMax) return false;
  if (in.line_chars() % 4 != 0 || in.line_chars() > 996) return false;
  segment.blob = *blob;
  segment.offset = in.offset();
  segment.length = in.length();
  segment.line_chars = in.line_chars();
  segment.final_crlf = in.final_crlf();
  return true;
}

void take(Names& in, std::vector<mail::NamedAddress>& names) {
  names.reserve(static_cast<std::size_t>(in.size()));
  for (auto& one : in) {
    auto& name = names.emplace_back();
    name.name = std::move(*one.mutable_name());
    name.address.local = std::move(*one.mutable_local());
    name.address.domain = std::move(*one.mutable_domain());
    name.group_start = one.group_start();
    name.group_end = one.group_end();
  }
}

void take(pb::Envelope& in, mail::Envelope& envelope) {
  envelope.date = in.date();
  envelope.subject = in.subject();
  take(*in.mutable_from(), envelope.from);
  take(*in.mutable_sender(), envelope.sender);
  take(*in.mutable_reply_to(), envelope.reply_to);
  take(*in.mutable_to(), envelope.to);
  take(*in.mutable_cc(), envelope.cc);
  take(*in.mutable_bcc(), envelope.bcc);
  envelope.in_reply_to = in.in_reply_to();
  envelope.message_id = in.message_id();
}

void take(const Parameters& in, std::vector<mail::Parameter>& parameters) {
  parameters.reserve(static_cast<std::size_t>(in.size()));
  for (const auto& one : in) parameters.push_back({one.name(), one.value()});
}

/// The part's place in the tree: parents come before their children.
bool take_place(const pb::Part& in, std::uint32_t index, mail::Structure& structure) {
  const bool root = index == 0;
  if (root != (in.parent_plus_1() == 0) || in.parent_plus_1() > index) return false;
  if (root) return true;
  structure.parts[index].parent = in.parent_plus_1() - 1;
  structure.parts[in.parent_plus_1() - 1].children.push_back(index);
  return true;
}

bool take_ranges(const pb::Part& in, mail::Part& part, std::uint64_t size) {
  part.header = {in.header_begin(), in.header_end()};
  part.body = {in.body_begin(), in.body_end()};
  const auto inside = [size](mail::Range range) { return range.begin <= range.end && range.end <= size; };
  return inside(part.header) && inside(part.body);
}

bool take(pb::Part& in, std::uint64_t size, mail::Part& part) {
  const auto encoding = enum_of(in.encoding(), mail::Encoding::Unknown);
  if (!encoding || !take_ranges(in, part, size)) return false;
  part.body_lines = in.body_lines();
  part.type = in.type();
  part.subtype = in.subtype();
  take(in.parameters(), part.parameters);
  part.encoding = *encoding;
  part.encoding_name = in.encoding_name();
  part.disposition = in.disposition();
  take(in.disposition_parameters(), part.disposition_parameters);
  part.id = in.id();
  part.description = in.description();
  part.md5 = in.md5();
  part.location = in.location();
  part.languages.assign(in.languages().begin(), in.languages().end());
  if (in.has_duration()) part.duration = in.duration();
  part.has_content_type = in.has_content_type();
  part.defects = static_cast<mail::Defect>(in.defects());
  if (in.has_envelope()) take(*in.mutable_envelope(), part.envelope.emplace());
  return true;
}

bool take(pb::Message& in, mail::Structure& structure) {
  if (in.parts().empty()) return false;
  structure.size = in.size();
  structure.defects = static_cast<mail::Defect>(in.defects());
  structure.mime_version = in.mime_version();
  structure.parts.resize(static_cast<std::size_t>(in.parts_size()));
  for (std::uint32_t i = 0; i < structure.parts.size(); ++i) {
    auto& part = *in.mutable_parts(static_cast<int>(i));
    if (!take_place(part, i, structure) || !take(part, in.size(), structure.parts[i])) return false;
  }
  return true;
}

bool take(const pb::Message& in, mail::Rope& rope) {
  rope.segments.resize(static_cast<std::size_t>(in.rope_size()));
  for (std::size_t i = 0; i < rope.segments.size(); ++i) {
    if (!take(in.rope(static_cast<int>(i)), rope.segments[i])) return false;
  }
  return rope.wire_bytes() == in.size();
}

SignatureOutcome outcome_of(const pb::SignatureOutcome& in) {
  return {.owner = in.owner(), .revision = in.revision(), .kinds = in.kinds(), .how = in.how(), .reason = in.reason()};
}

}  // namespace

std::string format_message(const StoredMessage& message) {
  Parsed<pb::Message> out;
  for (const auto& segment : message.rope.segments) set(*out->add_rope(), segment);
  for (const auto& part : message.structure.parts) set(*out->add_parts(), part);
  out->set_size(message.structure.size);
  out->set_defects(static_cast<std::uint32_t>(message.structure.defects));
  out->set_mime_version(message.structure.mime_version);
  out->set_duration(message.duration);
  out->set_received(unix_seconds(message.received));
  set(*out->mutable_signature(), message.signature);
  return out->SerializeAsString();
}

Result<StoredMessage> parse_message(std::string_view octets) {
  Parsed<pb::Message> in;
  if (!in.parse(octets)) return corrupt("message");
  const auto received = time_of(in->received());
  StoredMessage message;
  if (!received || !take(*in, message.rope) || !take(*in, message.structure)) return corrupt("message");
  message.duration = in->duration();
  message.received = *received;
  message.signature = outcome_of(in->signature());
  return message;
}

}  // namespace paraph::record
