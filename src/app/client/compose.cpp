#include "app/client/compose.h"

#include <fmt/format.h>

#include "mime/encoding.h"
#include "mime/header.h"

namespace paraph::client {
namespace {

/// LF, CR and CRLF become CRLF, and the last line has one.
std::string with_crlf(std::string_view text) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] != '\n' && text[i] != '\r') {
      lines += text[i];
      continue;
    }
    lines += "\r\n";
    if (crlf) ++i;
  }
  if (!lines.empty() && !lines.ends_with("\r\n")) lines += "\r\n";
  return lines;
}

std::string address_field(std::string_view name, const std::vector<mail::Address>& addresses) {
  std::string field(name);
  field += ": ";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i != 0) field += ",\r\n ";
    field += mime::format_addr_spec(addresses[i]);
  }
  return field + "\r\n";
}

std::string text_part(std::string_view text) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         mime::encode_quoted_printable(with_crlf(text));
}

std::string voice_part(const Recording& voice) {
  auto part = fmt::format(
      "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n"
      "Content-Disposition: inline; voice=Voice-Message; filename=\"message.{}\"\r\n",
      voice.media_type, voice.extension);
  if (voice.duration) part += fmt::format("Content-Duration: {}\r\n", *voice.duration);
  return part + "\r\n" + mime::encode_base64(voice.octets);
}

}  // namespace

std::string compose(const Draft& draft) {
  auto message = address_field("From", {draft.from}) + address_field("To", draft.to);
  if (!draft.subject.empty()) message += "Subject: " + mime::encode_words(draft.subject, 9) + "\r\n";
  message += fmt::format("Date: {}\r\nMessage-ID: <{}@{}>\r\nMIME-Version: 1.0\r\n", mime::format_date(draft.date),
                         draft.unique, draft.from.domain);
  if (!draft.voice) return message + text_part(draft.text);
  if (draft.text.empty()) message += "Message-Context: voice-message\r\n";
  if (draft.voice->duration) message += fmt::format("Content-Duration: {}\r\n", *draft.voice->duration);
  const auto boundary = "=_" + draft.unique;
  message += fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", boundary);
  if (!draft.text.empty()) message += fmt::format("--{}\r\n{}", boundary, text_part(draft.text));
  return message + fmt::format("--{0}\r\n{1}--{0}--\r\n", boundary, voice_part(*draft.voice));
}

}  // namespace paraph::client
