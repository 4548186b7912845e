#include "wire/imap/format.h"

namespace paraph::imap {
namespace {

using mail::NamedAddress;
using mail::Part;

enum class Extension { No, Yes };

// RFC 9051 §7.5.2: (name source-route mailbox host). A host of NIL marks a group's start, and nothing but NIL its end.
void append_address(std::string& out, const NamedAddress& entry) {
  if (entry.group_end) {
    out += "(NIL NIL NIL NIL)";
    return;
  }
  out += '(';
  append_nstring(out, entry.group_start ? std::string_view() : entry.name);
  out += " NIL ";
  append_string(out, entry.address.local);
  out += ' ';
  if (entry.group_start) {
    out += "NIL)";
    return;
  }
  append_string(out, entry.address.domain);
  out += ')';
}

void append_addresses(std::string& out, const std::vector<NamedAddress>& list) {
  if (list.empty()) {
    out += " NIL";
    return;
  }
  out += " (";
  for (const auto& entry : list) append_address(out, entry);
  out += ')';
}

// " NIL" or " (name value ...)"
void append_parameters(std::string& out, const std::vector<mail::Parameter>& parameters) {
  if (parameters.empty()) {
    out += " NIL";
    return;
  }
  char separator = '(';
  out += ' ';
  for (const auto& parameter : parameters) {
    out += separator;
    append_string(out, parameter.name);
    out += ' ';
    append_string(out, parameter.value);
    separator = ' ';
  }
  out += ')';
}

void append_disposition(std::string& out, const Part& part) {
  if (part.disposition.empty()) {
    out += " NIL";
    return;
  }
  out += " (";
  append_string(out, part.disposition);
  append_parameters(out, part.disposition_parameters);
  out += ')';
}

// body-fld-dsp SP body-fld-lang SP body-fld-loc
void append_extension(std::string& out, const Part& part) {
  append_disposition(out, part);
  out += ' ';
  if (part.languages.size() <= 1) {
    append_nstring(out, part.languages.empty() ? std::string_view() : part.languages.front());
  } else {
    char separator = '(';
    for (const auto& language : part.languages) {
      out += separator;
      append_string(out, language);
      separator = ' ';
    }
    out += ')';
  }
  out += ' ';
  append_nstring(out, part.location);
}

// A body is needed where the parts are opaque (nested too deep) or there are none.
void append_no_body(std::string& out, Extension extension) {
  out += R"(("text" "plain" NIL NIL NIL "7bit" 0 0)";
  out += extension == Extension::Yes ? " NIL NIL NIL NIL)" : ")";
}

void append_part(std::string& out, const mail::Structure& structure, const Part& part, Extension extension);

void append_multipart(std::string& out, const mail::Structure& structure, const Part& part, Extension extension) {
  for (const auto child : part.children) append_part(out, structure, structure.parts[child], extension);
  if (part.children.empty()) append_no_body(out, extension);
  out += ' ';
  append_string(out, part.subtype);
  if (extension == Extension::No) return;
  append_parameters(out, part.parameters);
  append_extension(out, part);
}

// SP envelope SP body
void append_nested(std::string& out, const mail::Structure& structure, const Part& part, Extension extension) {
  static const mail::Envelope kEmpty;
  const Part* root = part.children.empty() ? nullptr : &structure.parts[part.children.front()];
  out += ' ';
  append_envelope(out, root != nullptr && root->envelope ? *root->envelope : kEmpty);
  out += ' ';
  if (root == nullptr) {
    append_no_body(out, extension);
  } else {
    append_part(out, structure, *root, extension);
  }
}

// body-type-basic, -msg and -text: media-type SP body-fields ...
void append_single(std::string& out, const mail::Structure& structure, const Part& part, Extension extension) {
  append_string(out, part.type);
  out += ' ';
  append_string(out, part.subtype);
  if (!part.has_content_type && part.type == "text" && part.parameters.empty()) {
    out += R"( ("charset" "us-ascii"))";  // RFC 2045 §5.2
  } else {
    append_parameters(out, part.parameters);
  }
  out += ' ';
  append_nstring(out, part.id);
  out += ' ';
  append_nstring(out, part.description);
  out += ' ';
  append_string(out, part.encoding_name.empty() ? std::string_view("7bit") : part.encoding_name);
  out += ' ';
  append_number(out, part.body.size());
  if (part.message()) append_nested(out, structure, part, extension);
  if (part.message() || part.type == "text") {
    out += ' ';
    append_number(out, part.body_lines);
  }
  if (extension == Extension::No) return;
  out += ' ';
  append_nstring(out, part.md5);
  append_extension(out, part);
}

// Recursion is as deep as the structure, which has a limit of its own.
void append_part(std::string& out, const mail::Structure& structure, const Part& part, Extension extension) {
  out += '(';
  if (part.multipart()) {
    append_multipart(out, structure, part, extension);
  } else {
    append_single(out, structure, part, extension);
  }
  out += ')';
}

}  // namespace

void append_envelope(std::string& out, const mail::Envelope& envelope) {
  out += '(';
  append_nstring(out, envelope.date);
  out += ' ';
  append_nstring(out, envelope.subject);
  append_addresses(out, envelope.from);
  append_addresses(out, envelope.sender.empty() ? envelope.from : envelope.sender);
  append_addresses(out, envelope.reply_to.empty() ? envelope.from : envelope.reply_to);
  append_addresses(out, envelope.to);
  append_addresses(out, envelope.cc);
  append_addresses(out, envelope.bcc);
  out += ' ';
  append_nstring(out, envelope.in_reply_to);
  out += ' ';
  append_nstring(out, envelope.message_id);
  out += ')';
}

void append_body_structure(std::string& out, const mail::Structure& structure) {
  append_part(out, structure, structure.root(), Extension::Yes);
}

void append_body(std::string& out, const mail::Structure& structure) {
  append_part(out, structure, structure.root(), Extension::No);
}

}  // namespace paraph::imap
