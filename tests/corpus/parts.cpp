#include "parts.h"

#include <fmt/format.h>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/encoding.h"

namespace paraph::corpus {
namespace {

const std::vector<std::string> kTexts{
    "Hello Bob,\r\n\r\nhow are you?\r\n",
    "Hello Bob",
    "",
    "\r\n",
    "\r\n\r\n",
    "A line that ends in a blank \r\nand goes on \r\n",
    "Hi\r\n-- \r\nSent from my phone\r\n",
    "Hi\r\n--\r\nno separator\r\n",
    "Yes.\r\n\r\nOn Monday, Bob wrote:\r\n> -- \r\n> Alice Example\r\n> Example & Sons, Voice Street 1\r\n",
    "From the start\r\n.\r\n..\r\n>From quoted\r\n",
    "=?utf-8?Q?no_header?= = == =20 =\r\n",
    "--boundary\r\n--=_prph_\r\n",
    "Gr\u00FC\u00DFe aus K\u00F6ln\r\n",
    "Caf\u00E9 \u2013 5 \u20AC\r\n",
    "\u041F\u0440\u0438\u0432\u0435\u0442, \u0411\u043E\u0431\r\n",
    "\u3053\u3093\u306B\u3061\u306F\r\nABC\r\n",
    "\u4F60\u597D\uFF0C\u4E16\u754C\r\n",
    "\uC548\uB155\uD558\uC138\uC694\r\n",
    "\u05E9\u05DC\u05D5\u05DD\r\n",
    "\U0001F600 emoji\r\n",
    std::string(1200, 'x') + "\r\n",
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\nabc\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n",
    "begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n",
    "tab\there\r\n\r\n\r\n",
};

const std::vector<std::string> kPages{
    "<html><body><p>{}</p></body></html>",
    "<!DOCTYPE "
    "html>\r\n<html><head><title>t</title><style>p{{color:red}}</style></head>\r\n<body>\r\n{}\r\n</body>\r\n</"
    "html>\r\n",
    "<div dir=\"ltr\">{}</div><br><div class=\"gmail_quote\"><div dir=\"ltr\">On Monday</div><blockquote "
    "class=\"gmail_quote\" "
    "style=\"margin:0\">quoted</blockquote></div>\r\n",
    "<html><body>{}<div class=\"moz-cite-prefix\">Bob wrote:</div><blockquote "
    "type=\"cite\">quoted</blockquote><p>below</p></body></html>",
    "<html><body><div>{}</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> "
    "Bob</div></body></html>",
    "<p>{}<!-- open",
    "<p>{}</p><style>p{{",
    "<p>{}</p><script>var a = '</body>';</script>",
    "<p>{}</p><plaintext>rest",
    "{}",
    "<p>{}</p></body></body>",
    "<BODY>{}</BODY>\r\n\r\n",
    "<!--[if mso]><p>x</p><![endif]--><p>{}</p>",
    "<html xmlns:v=\"urn:schemas-microsoft-com:vml\"><body lang=EN><div class=WordSection1><p "
    "class=MsoNormal>{}<o:p></o:p></p></div></body></html>",
};

const std::vector<std::string> kCharsets{"us-ascii",     "utf-8",  "UTF-8",       "iso-8859-1", "ISO-8859-15",
                                         "windows-1252", "koi8-r", "iso-2022-jp", "shift_jis",  "gb18030",
                                         "big5",         "euc-kr", "utf-7",       "utf-16le",   "utf-16be",
                                         "x-unknown",    ""};

struct Encoded {
  std::string name;  ///< "" : no field
  std::string body;
};

Encoded encode(Chance& chance, const std::string& octets) {
  const bool safe = octets.find('\0') == std::string::npos && octets.find("\r\n") != 0;
  switch (chance.below(safe ? 6 : 2)) {
    case 0:
      return {chance.one_in(3) ? "BASE64" : "base64",
              mime::encode_base64(octets, chance.one_in(4) ? 60 : 76, chance.one_in(2))};
    case 1:
      return {"quoted-printable", mime::encode_quoted_printable(octets)};
    case 2:
      return {"8bit", octets};
    case 3:
      return {"binary", octets};
    case 4:
      return {"7bit", octets};
    default:
      return {"", octets};
  }
}

std::string text_part(Chance& chance, std::string_view subtype, const std::string& text, std::string_view parameters) {
  std::string charset = chance.pick(kCharsets);
  auto octets = mime::from_utf8(charset.empty() || charset == "x-unknown" ? "utf-8" : charset, text);
  if (!octets) {
    charset = "utf-8";
    octets = text;
  }
  const Encoded encoded = encode(chance, *octets);
  std::string out = fmt::format("Content-Type: text/{}", subtype);
  if (!charset.empty())
    out += fmt::format("{}charset={}", chance.one_in(2) ? "; " : ";\r\n\t",
                       chance.one_in(2) ? charset : "\"" + charset + "\"");
  out += parameters;
  out += "\r\n";
  if (!encoded.name.empty()) out += "Content-Transfer-Encoding: " + encoded.name + "\r\n";
  if (chance.one_in(6)) out += "Content-Disposition: inline\r\n";
  if (chance.one_in(8)) out += "Content-Language: de,\r\n en\r\n";
  return out + "\r\n" + encoded.body;
}

std::string boundary(Chance& chance) {
  switch (chance.below(5)) {
    case 0:
      return fmt::format("----=_NextPart_000_{:04X}_01DC5B{:02X}.{:08X}", chance.below(65536), chance.below(256),
                         chance.below(1u << 31));
    case 1:
      return fmt::format("000000000000{:012x}", chance.below(1u << 31));
    case 2:
      return fmt::format("------------{:024d}", chance.below(1u << 31));
    case 3:
      return fmt::format("Apple-Mail=_{:08X}-A B", chance.below(1u << 31));
    default:
      return fmt::format("b{}", chance.below(1u << 31));
  }
}

}  // namespace

std::string plain(Chance& chance) {
  const std::vector<std::string> formats{"", "", "", "; format=flowed", "; format=flowed; delsp=yes", "; FORMAT=fixed"};
  return text_part(chance, "plain", chance.pick(kTexts), chance.pick(formats));
}

std::string html(Chance& chance) {
  return text_part(chance, "html", fmt::format(fmt::runtime(chance.pick(kPages)), chance.pick(kTexts)), "");
}

std::string simple_plain(std::string_view text) {
  return fmt::format("Content-Type: text/plain; charset=us-ascii\r\n\r\n{}", text);
}

std::string recording(Chance& chance) {
  const std::vector<std::string> types{"audio/AMR",
                                       "audio/wav",
                                       "audio/x-wav; name=\"voice.wav\"",
                                       "audio/mpeg",
                                       "audio/ogg; codecs=opus",
                                       "audio/mp4",
                                       "audio/basic",
                                       "audio/32KADPCM",
                                       "AUDIO/wav"};
  const std::vector<std::string> dispositions{"", "Content-Disposition: attachment; filename=\"msg0001.wav\"\r\n",
                                              "Content-Disposition: inline\r\n",
                                              "Content-Disposition: inline; voice=Voice-Message; filename=v.amr\r\n",
                                              "Content-Disposition: inline; voice=Originator-Spoken-Name\r\n"};
  const std::string body = mime::encode_base64(chance.octets(20 + chance.below(chance.one_in(4) ? 6000 : 300)),
                                               chance.one_in(5) ? 72 : 76, chance.one_in(2));
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n{}{}\r\n{}", chance.pick(types),
                     chance.pick(dispositions), chance.one_in(2) ? "Content-Duration: 12\r\n" : "", body);
}

std::string picture(Chance& chance, std::string_view content_id) {
  const std::string id = content_id.empty() ? "" : fmt::format("Content-ID: <{}>\r\n", content_id);
  return fmt::format(
      "Content-Type: image/png\r\n{}Content-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n\r\n{}", id,
      mime::encode_base64(chance.octets(30 + chance.below(900)), 76, false));
}

std::string attachment(Chance& chance) {
  switch (chance.below(5)) {
    case 0:
      return "Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment; "
             "filename=notes.txt\r\n\r\nnotes\r\n";
    case 1:
      return "Content-Type: text/html; charset=utf-8\r\nContent-Disposition: attachment\r\n\r\n<p>file</p>";
    case 2:
      return fmt::format("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                         mime::encode_base64(chance.octets(700)));
    case 3:
      return "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\nabc\x80\xFF";
    default:
      return "Content-Type: text/csv; charset=utf-8\r\nContent-Disposition: attachment; "
             "filename*=utf-8''%C3%BC.csv\r\n\r\na,b\r\n";
  }
}

std::string calendar(std::string_view method) {
  return fmt::format(
      "Content-Type: text/calendar; charset=utf-8; method={}\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:{}\r\nEND:VCALENDAR\r\n",
      method, method);
}

std::string multipart(Chance& chance, std::string_view subtype, const std::vector<std::string>& entities,
                      std::string_view parameters) {
  const std::string mark = boundary(chance);
  const bool plain_token = mark.find_first_of(" =") == std::string::npos;
  std::string out =
      fmt::format("Content-Type: multipart/{};{}boundary={}{}\r\n", subtype, chance.one_in(2) ? " " : "\r\n ",
                  plain_token && chance.one_in(2) ? mark : "\"" + mark + "\"", parameters);
  if (chance.one_in(4)) out += "Content-Transfer-Encoding: 8bit\r\n";
  out += "\r\n";
  if (chance.one_in(3)) out += "This is a multi-part message in MIME format.\r\n";
  for (const auto& entity : entities)
    out += fmt::format("--{}{}\r\n{}\r\n", mark, chance.one_in(8) ? " \t" : "", entity);
  out += fmt::format("--{}--{}", mark, chance.one_in(8) ? "  " : "");
  switch (chance.below(5)) {
    case 0:
      return out;
    case 1:
      return out + "\r\n\r\nAn epilogue\r\n";
    default:
      return out + "\r\n";
  }
}

std::string message(Chance& chance, std::string_view entity, std::string_view more_fields) {
  const std::vector<std::string> agents{"", "User-Agent: Mozilla Thunderbird\r\n",
                                        "X-Mailer: Microsoft Outlook 16.0\r\n", "X-Mailer: Apple Mail (2.3826)\r\n",
                                        "User-Agent: Mutt/2.2.9\r\nX-Folded: a\r\n\tb\r\n c\r\n"};
  return fmt::format(
      "{}From: Alice Example <alice@example.org>\r\nTo: bob@example.net\r\nSubject: {}\r\n{}Date: Mon, 23 Nov 2026 "
      "10:00:00 "
      "+0000\r\nMessage-ID: <{}@client.example.org>\r\n{}{}",
      chance.pick(agents), chance.one_in(2) ? "Hello" : "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", more_fields,
      chance.below(1u << 31), chance.one_in(2) ? "MIME-Version: 1.0\r\n" : "mime-version: 1.0 (client)\r\n", entity);
}

}  // namespace paraph::corpus
