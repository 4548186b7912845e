#include "mime/part_header.h"

#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "base/text.h"
#include "mime/header.h"

namespace paraph::mime {
namespace {

using mail::Defect;
using mail::Encoding;

/// One Content- field's reader, run for the first field of its name; `twice` is noted for another one, and for one
/// that not every reader knows by its name.
struct Reader {
  std::string_view name;
  void (*read)(std::string_view value, mail::Part& part);
  Defect twice = Defect::None;
};

void read_content_type(std::string_view value, mail::Part& part) {
  part.has_content_type = true;
  auto type = parse_content_type(value);
  if (!type || !type->exact) part.defects |= Defect::BadContentType;
  part.type = type ? std::move(type->type) : "text";
  part.subtype = type ? std::move(type->subtype) : "plain";
  if (type) part.parameters = std::move(type->parameters);
}

Encoding encoding_of(std::string_view name) {
  if (name == "7bit") return Encoding::SevenBit;
  if (name == "8bit") return Encoding::EightBit;
  if (name == "binary") return Encoding::Binary;
  if (name == "quoted-printable") return Encoding::QuotedPrintable;
  if (name == "base64") return Encoding::Base64;
  return Encoding::Unknown;
}

void read_encoding(std::string_view value, mail::Part& part) {
  part.encoding_name = parse_token(value).value_or(lowered(unfold(value)).substr(0, 255));
  part.encoding = encoding_of(part.encoding_name);
  if (part.encoding == Encoding::Unknown) part.defects |= Defect::BadEncoding;
}

void read_mime_version(std::string_view value, mail::Part& part) {
  if (!is_mime_version_1(value)) part.defects |= Defect::BadMimeVersion;
}

void read_disposition(std::string_view value, mail::Part& part) {
  auto disposition = parse_disposition(value);
  if (!disposition) return;
  part.disposition = std::move(disposition->type);
  part.disposition_parameters = std::move(disposition->parameters);
}

constexpr std::size_t kMimeVersion = 0;  ///< of kReaders
constexpr std::array<Reader, 10> kReaders = {{
    {"mime-version", read_mime_version, Defect::BadMimeVersion},
    {"content-type", read_content_type, Defect::BadContentType},
    {"content-transfer-encoding", read_encoding, Defect::BadEncoding},
    {"content-disposition", read_disposition},
    {"content-id", [](std::string_view value, mail::Part& part) { part.id = unfold(value); }},
    {"content-description", [](std::string_view value, mail::Part& part) { part.description = unfold(value); }},
    {"content-md5", [](std::string_view value, mail::Part& part) { part.md5 = unfold(value); }},
    {"content-location", [](std::string_view value, mail::Part& part) { part.location = unfold(value); }},
    {"content-language", [](std::string_view value, mail::Part& part) { part.languages = parse_languages(value); }},
    {"content-duration", [](std::string_view value, mail::Part& part) { part.duration = parse_duration(value); }},
}};

bool is_encoded(Encoding encoding) { return encoding == Encoding::Base64 || encoding == Encoding::QuotedPrintable; }

void set_first(std::string& to, std::string_view value) {
  if (to.empty()) to = unfold(value);
}

void add_addresses(std::vector<mail::NamedAddress>& to, std::string_view value) {
  auto more = parse_address_list(value);
  if (to.empty()) {
    to = std::move(more);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::size_t bytes(const std::vector<mail::Parameter>& parameters) {
  std::size_t total = 0;
  for (const auto& parameter : parameters) total += sizeof parameter + parameter.name.size() + parameter.value.size();
  return total;
}

std::size_t bytes(const std::vector<mail::NamedAddress>& addresses) {
  std::size_t total = 0;
  for (const auto& entry : addresses) {
    total += sizeof entry + entry.name.size() + entry.address.local.size() + entry.address.domain.size();
  }
  return total;
}

std::size_t bytes(const mail::Envelope& e) {
  return e.date.size() + e.subject.size() + e.in_reply_to.size() + e.message_id.size() + bytes(e.from) +
         bytes(e.sender) + bytes(e.reply_to) + bytes(e.to) + bytes(e.cc) + bytes(e.bcc);
}

/// The reader of fields called `name`: an index of kReaders, or nullopt.
std::optional<std::size_t> find_reader(std::string_view name) {
  const char first = to_lower(name.front());
  if (first != 'c' && first != 'm') return std::nullopt;
  for (std::size_t i = 0; i < kReaders.size(); ++i) {
    if (name.size() == kReaders[i].name.size() && iequals(name, kReaders[i].name)) return i;
  }
  return std::nullopt;
}

void read_envelope_field(const Field& field, mail::Envelope& envelope) {
  const auto is = [&](std::string_view name) { return iequals(field.name, name); };
  switch (to_lower(field.name.front())) {
    case 'b':
      if (is("bcc")) add_addresses(envelope.bcc, field.value);
      break;
    case 'c':
      if (is("cc")) add_addresses(envelope.cc, field.value);
      break;
    case 'd':
      if (is("date")) set_first(envelope.date, field.value);
      break;
    case 'f':
      if (is("from")) add_addresses(envelope.from, field.value);
      break;
    case 'i':
      if (is("in-reply-to")) set_first(envelope.in_reply_to, field.value);
      break;
    case 'm':
      if (is("message-id")) set_first(envelope.message_id, field.value);
      break;
    case 'r':
      if (is("reply-to")) add_addresses(envelope.reply_to, field.value);
      break;
    case 's':
      if (is("subject")) set_first(envelope.subject, field.value);
      if (is("sender")) add_addresses(envelope.sender, field.value);
      break;
    case 't':
      if (is("to")) add_addresses(envelope.to, field.value);
      break;
    default:
      break;
  }
}

}  // namespace

bool read_header(std::string_view block, HeaderOf of, mail::Part& part) {
  std::array<bool, kReaders.size()> seen{};
  if (of == HeaderOf::Message) part.envelope.emplace();
  for (const Field& field : Fields(block)) {
    const auto reader = find_reader(field.name);
    if (!reader) {
      if (part.envelope) read_envelope_field(field, *part.envelope);
    } else if (std::exchange(seen[*reader], true)) {
      part.defects |= kReaders[*reader].twice;
    } else {
      kReaders[*reader].read(field.value, part);
    }
    // "Content-Type : ..." is a field of another name to many readers.
    if (reader && field.value.data() != field.name.data() + field.name.size() + 1)
      part.defects |= kReaders[*reader].twice;
  }
  if ((part.multipart() || part.message()) && is_encoded(part.encoding)) part.defects |= Defect::EncodedComposite;
  if (!is_ascii(block)) part.defects |= Defect::EightBitHeader;
  return seen[kMimeVersion];
}

std::size_t kept_bytes(const mail::Part& part) {
  std::size_t total = part.type.size() + part.subtype.size() + part.encoding_name.size() + part.disposition.size() +
                      part.id.size() + part.description.size() + part.md5.size() + part.location.size();
  for (const auto& language : part.languages) total += sizeof language + language.size();
  total += bytes(part.parameters) + bytes(part.disposition_parameters);
  return part.envelope ? total + bytes(*part.envelope) : total;
}

void forget_strings(mail::Part& part) {
  part.parameters.clear();
  part.disposition_parameters.clear();
  part.id.clear();
  part.description.clear();
  part.md5.clear();
  part.location.clear();
  part.languages.clear();
  if (part.envelope) part.envelope = mail::Envelope{};
}

}  // namespace paraph::mime
