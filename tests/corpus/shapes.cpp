#include "shapes.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "chance.h"
#include "parts.h"

namespace paraph::corpus {
namespace {

std::string alternative(Chance& c) { return multipart(c, "alternative", {plain(c), html(c)}); }
std::string related(Chance& c) {
  return multipart(c, "related", {html(c), picture(c, "photo@client")}, "; type=\"text/html\"");
}

std::string body(Chance& c) {
  switch (c.below(5)) {
    case 0:
      return plain(c);
    case 1:
      return html(c);
    case 2:
      return alternative(c);
    case 3:
      return related(c);
    default:
      return multipart(c, "alternative", {plain(c), related(c)});
  }
}

std::string inner_message(Chance& c) {
  const std::string entity = c.one_in(2) ? multipart(c, "mixed", {body(c), recording(c)}) : body(c);
  return "Content-Type: message/rfc822\r\n\r\n" + message(c, entity);
}

// Cases A to G, L and M (voice-messages.md, section 2.4).
std::string bare_audio(Chance& c) {
  return message(c, recording(c), c.one_in(3) ? "Message-Context: voice-message\r\n" : "");
}
std::string text_and_audio(Chance& c) { return message(c, multipart(c, "mixed", {body(c), recording(c)})); }
std::string audio_and_text(Chance& c) { return message(c, multipart(c, "mixed", {recording(c), body(c)})); }
std::string audio_alone(Chance& c) { return message(c, multipart(c, "mixed", {recording(c)})); }
std::string audio_and_files(Chance& c) {
  return message(c, multipart(c, "mixed", {recording(c), attachment(c), recording(c)}));
}
std::string text_alone(Chance& c) { return message(c, plain(c)); }
std::string page_alone(Chance& c) { return message(c, html(c)); }
std::string both(Chance& c) { return message(c, alternative(c)); }
std::string inline_pictures(Chance& c) { return message(c, multipart(c, "alternative", {plain(c), related(c)})); }
std::string related_page(Chance& c) { return message(c, related(c)); }
std::string related_alternative(Chance& c) {
  return message(c,
                 multipart(c, "related", {alternative(c), picture(c, "p@x")}, ";\r\n\ttype=\"multipart/alternative\""));
}
std::string related_start(Chance& c) {
  return message(
      c, multipart(c, "related", {picture(c, "p@x"), "Content-ID: <root@x>\r\n" + html(c)}, "; start=\"<root@x>\""));
}
std::string forward_whole(Chance& c) { return message(c, inner_message(c)); }
std::string forward_attached(Chance& c) { return message(c, multipart(c, "mixed", {body(c), inner_message(c)})); }
std::string no_mime(Chance& c) {
  const std::vector<std::string> bodies{"Plain old mail.\r\n",
                                        "Gr\u00FC\u00DFe\r\n",
                                        "Gr\xFC\xDF"
                                        "e\r\n",
                                        "",
                                        "\r\n",
                                        "no line end"};
  return fmt::format("From: alice@example.org\r\nSubject: old\r\nMessage-ID: <{}@x>\r\n\r\n{}", c.below(1u << 31),
                     c.pick(bodies));
}

// As mail programs and telephone systems make them.
std::string outlook(Chance& c) {
  const std::string inside = multipart(c, "related", {alternative(c), picture(c, "image001.png@01DC")},
                                       ";\r\n\ttype=\"multipart/alternative\"");
  return message(c, multipart(c, "mixed", {inside, attachment(c), recording(c)}), "Thread-Index: AdxbAAA=\r\n");
}
std::string apple_mail(Chance& c) {
  return message(c, multipart(c, "alternative", {plain(c), multipart(c, "mixed", {html(c), attachment(c), html(c)})}));
}
std::string apple_audio(Chance& c) {
  return message(c, multipart(c, "alternative", {plain(c), multipart(c, "mixed", {html(c), recording(c)})}));
}
std::string unified_messaging(Chance& c) {
  return message(c, multipart(c, "mixed", {html(c), recording(c)}),
                 "X-CallID: 1\r\nX-VoiceMessageDuration: 12\r\nX-AttachmentOrder: a.wav\r\n");
}
std::string asterisk(Chance& c) {
  return message(c, multipart(c, "mixed", {simple_plain("Dear Bob:\r\n\r\n\tyou got mail\r\n\r\n"), recording(c)}),
                 "X-Asterisk-VM-Duration: 0:12\r\n");
}
std::string phone_mms(Chance& c) {
  const std::string smil = "Content-Type: application/smil\r\nContent-ID: <s>\r\n\r\n<smil></smil>";
  return message(c, multipart(c, "related", {smil, recording(c), plain(c), picture(c, "i")},
                              "; start=\"<s>\"; type=\"application/smil\""));
}
std::string nested_mixed(Chance& c) {
  return message(c, multipart(c, "mixed", {multipart(c, "mixed", {body(c), recording(c)}), attachment(c)}));
}
std::string many_parts(Chance& c) {
  std::vector<std::string> parts{body(c)};
  for (std::size_t i = 0; i < 30; ++i) parts.push_back(c.one_in(3) ? recording(c) : attachment(c));
  return message(c, multipart(c, "mixed", parts));
}
std::string deep(Chance& c) {
  std::string entity = body(c);
  for (std::size_t i = c.below(36); i > 0; --i) entity = multipart(c, c.one_in(3) ? "alternative" : "mixed", {entity});
  return message(c, entity);
}
std::string odd_multipart(Chance& c) {
  const std::vector<std::string> kinds{"digest",     "parallel",    "x-strange", "form-data",
                                       "byteranges", "appledouble", "header-set"};
  return message(c, multipart(c, c.pick(kinds), {plain(c), recording(c)}));
}
std::string odd_leaf(Chance& c) {
  const std::vector<std::string> types{"application/pdf",
                                       "image/png",
                                       "video/mp4",
                                       "text/enriched",
                                       "application/ms-tnef",
                                       "text/calendar",
                                       "message/external-body; access-type=url",
                                       "message/partial; id=a; number=1; total=2",
                                       "application/smil"};
  return message(c, fmt::format("Content-Type: {}\r\n\r\nabc\r\n", c.pick(types)));
}

// Invitations, voice profile messages, and what is left alone.
std::string invitation(Chance& c) {
  const std::vector<std::string> methods{"REQUEST", "REPLY", "CANCEL", "COUNTER", "publish", "ADD"};
  std::vector<std::string> views{plain(c), html(c), calendar(c.pick(methods))};
  if (c.one_in(4)) views.erase(views.begin());
  const std::string whole = multipart(c, "alternative", views);
  return message(c, c.one_in(2) ? whole : multipart(c, "mixed", {whole, attachment(c)}));
}
std::string voice_profile(Chance& c) {
  std::vector<std::string> parts{recording(c), recording(c)};
  if (c.one_in(3)) parts.push_back(inner_message(c));
  if (c.one_in(3)) parts.push_back("Content-Type: image/tiff\r\nContent-Transfer-Encoding: base64\r\n\r\nSUkqAA==\r\n");
  const std::string whole = multipart(c, "voice-message", parts, "; version=2.0");
  switch (c.below(4)) {
    case 0:
      return message(c, multipart(c, "mixed", {body(c), whole}));
    case 1:
      return message(c, multipart(c, "mixed", {whole, recording(c)}));
    default:
      return message(c, whole);
  }
}
std::string bounce(Chance& c) {
  return message(c, multipart(c, "report",
                              {plain(c), "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n",
                               inner_message(c)},
                              "; report-type=delivery-status"));
}
std::string pgp_signed(Chance& c) {
  const std::string whole = multipart(c, "signed", {body(c), "Content-Type: application/pgp-signature\r\n\r\nx"},
                                      "; protocol=\"application/pgp-signature\"");
  return message(c, c.one_in(2) ? whole : multipart(c, "mixed", {whole, simple_plain("footer")}));
}
std::string encrypted(Chance& c) {
  if (c.one_in(2))
    return message(c,
                   "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: "
                   "base64\r\n\r\nAAAA\r\n");
  return message(c, multipart(c, "encrypted",
                              {"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
                               "Content-Type: application/octet-stream\r\n\r\nx"}));
}
std::string pgp_inline(Chance& c) {
  const std::string block = "-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\r\n";
  return message(
      c, c.one_in(2) ? simple_plain(block) : multipart(c, "mixed", {simple_plain("see\r\n"), simple_plain(block)}));
}
std::string automatic(Chance& c) {
  const std::vector<std::string> fields{
      "Auto-Submitted: auto-replied\r\n", "Auto-Submitted: no\r\n",
      "Resent-From: x@example.org\r\n",   "List-Id: <l.example.org>\r\nPrecedence: list\r\n",
      "List-Id: <l.example.org>\r\n",     "ARC-Seal: i=1; x\r\n",
      "Paraph-Signature: v=1; forged\r\n"};
  return message(c, body(c), c.pick(fields));
}

/// A sound message with one thing wrong.
std::string broken(Chance& c) {
  std::string text = text_and_audio(c);
  const auto header_end = text.find("\r\n\r\n");
  switch (c.below(10)) {
    case 0:
      return text.insert(header_end + 2, "Content-Type: text/plain\r\n");
    case 1:
      return text.substr(0, text.rfind("--", text.size() - 6));  // no closing delimiter
    case 2:
      return text.substr(0, text.size() * (1 + c.below(9)) / 10);  // cut off
    case 3:
      return text.insert(header_end + 2, "X-Long: " + std::string(1500, 'x') + "\r\n");
    case 4:
      return text.insert(text.size() / 2, std::string(1, '\0'));
    case 5:
      return text.insert(text.size() / 2, "\r");
    case 6:
      return text.insert(text.size() / 2, "\n");
    case 7:
      return text.insert(header_end + 2, "not a field\r\n");
    case 8:
      return message(c, "Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n");
    default:
      return message(c, "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!\r\n");
  }
}

/// A header, and hardly anything after it.
std::string hardly_anything(Chance& c) {
  const std::vector<std::string> texts{
      "From: a@example.org\r\n\r\n",
      "\r\n",
      "\r\nbody only\r\n",
      "From: a@example.org\r\n",
      "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n",
      "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b--\r\n",
      "From: a@example.org\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: "
      "text/html\r\n\r\n--b--\r\n",
      "From a@example.org Mon Nov 23 10:00:00 2026\r\nFrom: a@example.org\r\n\r\nmbox\r\n"};
  return c.pick(texts);
}

struct Shape {
  const char* name;
  std::string (*make)(Chance&);
};
constexpr Shape kShapes[] = {
    {"bare audio", bare_audio},
    {"text and audio", text_and_audio},
    {"audio and text", audio_and_text},
    {"audio alone", audio_alone},
    {"audio and files", audio_and_files},
    {"text alone", text_alone},
    {"page alone", page_alone},
    {"both", both},
    {"inline pictures", inline_pictures},
    {"related page", related_page},
    {"related alternative", related_alternative},
    {"related start", related_start},
    {"forward whole", forward_whole},
    {"forward attached", forward_attached},
    {"no MIME", no_mime},
    {"Outlook", outlook},
    {"Apple Mail", apple_mail},
    {"Apple audio", apple_audio},
    {"unified messaging", unified_messaging},
    {"Asterisk", asterisk},
    {"phone MMS", phone_mms},
    {"nested mixed", nested_mixed},
    {"many parts", many_parts},
    {"deep", deep},
    {"odd multipart", odd_multipart},
    {"odd leaf", odd_leaf},
    {"invitation", invitation},
    {"voice profile", voice_profile},
    {"bounce", bounce},
    {"PGP signed", pgp_signed},
    {"encrypted", encrypted},
    {"PGP inline", pgp_inline},
    {"automatic", automatic},
    {"broken", broken},
    {"hardly anything", hardly_anything},
};

}  // namespace

Sample make_sample(std::uint64_t number) {
  Chance chance(number);
  const Shape& shape = kShapes[number % std::size(kShapes)];
  return {shape.name, shape.make(chance)};
}

}  // namespace paraph::corpus
