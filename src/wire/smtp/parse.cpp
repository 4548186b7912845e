#include "wire/smtp/parse.h"

#include <algorithm>
#include <array>

#include "wire/smtp/cursor.h"
#include "wire/smtp/parameters.h"
#include "wire/smtp/path.h"

namespace paraph::smtp {
namespace {

using Parsed = std::expected<Command, Reply>;

std::unexpected<Reply> refuse(int code, std::string_view enhanced, std::string text) {
  return std::unexpected(Reply{code, std::string(enhanced), std::move(text)});
}

// 501: syntax error in parameters or arguments
std::unexpected<Reply> bad_argument(const std::unexpected<Error>& error, std::string_view enhanced = "5.5.4") {
  return refuse(501, enhanced, error.error().text);
}

bool is_keyword_char(char c) { return is_digit(c) || c == '-' || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }
bool is_base64_char(char c) { return is_keyword_char(c) ? c != '-' : c == '+' || c == '/' || c == '='; }
bool is_mechanism_char(char c) { return is_keyword_char(c) || c == '_'; }

std::unexpected<Reply> utf8_refused() { return refuse(553, "5.6.7", "an address with UTF-8 needs SMTPUTF8 in MAIL"); }
bool is_ascii(const mail::Address& address) {
  return paraph::is_ascii(address.local) && paraph::is_ascii(address.domain);
}

// "FROM:" or "TO:". The space that some clients put after the colon is against RFC 5321 §4.1.1, and harmless.
bool take_preposition(Cursor& cursor, std::string_view word) {
  if (!cursor.take(' ') || !cursor.take(word)) return false;
  cursor.take_while([](char c) { return c == ' '; });
  return true;
}

Parsed mail_from(Cursor& cursor, Utf8) {
  if (!take_preposition(cursor, "FROM:")) return bad_argument(cursor.expected("FROM:<address>"));
  MailFrom mail;
  auto path = reverse_path(cursor);
  if (!path) return refuse(501, "5.1.7", path.error().text);
  mail.from = std::move(*path);
  const auto parameters = mail_parameters(cursor, mail);
  if (!parameters) return std::unexpected(parameters.error());
  if (!mail.options.smtputf8 && !is_ascii(mail.from)) return utf8_refused();
  return mail;
}

Parsed rcpt_to(Cursor& cursor, Utf8 utf8) {
  if (!take_preposition(cursor, "TO:")) return bad_argument(cursor.expected("TO:<address>"));
  auto path = forward_path(cursor);
  if (!path) return refuse(501, "5.1.3", path.error().text);
  RcptTo rcpt{.to = {.address = std::move(*path)}};
  const auto parameters = rcpt_parameters(cursor, rcpt, utf8);
  if (!parameters) return std::unexpected(parameters.error());
  if (utf8 == Utf8::No && !is_ascii(rcpt.to.address)) return utf8_refused();
  return rcpt;
}

template <Hello::Verb verb>
Parsed hello(Cursor& cursor, Utf8) {
  cursor.take(' ');
  const auto name = cursor.take_while([](char c) { return c > ' ' && c < '\x7f'; });
  if (name.empty() || !cursor.at_end()) return bad_argument(cursor.expected("one domain name or address literal"));
  if (name.size() > kDomainBytesMax) return bad_argument(cursor.expected("a name of at most 255 octets"));
  return Hello{verb, std::string(name)};
}

Parsed bdat(Cursor& cursor, Utf8) {  // RFC 3030 §2
  Bdat bdat;
  cursor.take(' ');
  const auto bytes = parse_decimal(cursor.take_while(is_digit));
  if (!bytes) return bad_argument(cursor.expected("a number of octets"));
  bdat.bytes = *bytes;
  bdat.last = cursor.take(" LAST");
  if (!cursor.at_end()) return bad_argument(cursor.expected("LAST or the end of the line"));
  return bdat;
}

Parsed auth(Cursor& cursor, Utf8) {  // RFC 4954 §4
  Auth auth;
  cursor.take(' ');
  const auto mechanism = cursor.take_while(is_mechanism_char);
  if (mechanism.empty() || mechanism.size() > 20) return bad_argument(cursor.expected("a SASL mechanism"));
  auth.mechanism = uppered(mechanism);
  if (cursor.take(' ')) {
    const auto initial = cursor.take_while(is_base64_char);
    if (initial.empty()) return bad_argument(cursor.expected("base64 or ="));
    auth.initial = initial == "=" ? "" : std::string(initial);
  }
  if (!cursor.at_end()) return bad_argument(cursor.expected("the end of the line"));
  return auth;
}

template <class T>
Parsed bare(Cursor& cursor, Utf8) {
  if (!cursor.at_end()) return bad_argument(cursor.expected("the end of the line"));
  return T{};
}

Parsed noop(Cursor&, Utf8) { return Noop{}; }

template <class T>
Parsed with_text(Cursor& cursor, Utf8) {
  cursor.take(' ');
  if (cursor.at_end()) return bad_argument(cursor.expected("a name"));
  return T{std::string(cursor.take_all())};
}

Parsed help(Cursor& cursor, Utf8) {
  cursor.take(' ');
  return Help{std::string(cursor.take_all())};
}

struct Verb {
  std::string_view name;
  Parsed (*parse)(Cursor&, Utf8);
};
constexpr std::array<Verb, 15> kVerbs{{
    {"MAIL", mail_from},
    {"RCPT", rcpt_to},
    {"DATA", bare<Data>},
    {"BDAT", bdat},
    {"EHLO", hello<Hello::Verb::Ehlo>},
    {"HELO", hello<Hello::Verb::Helo>},
    {"LHLO", hello<Hello::Verb::Lhlo>},
    {"RSET", bare<Rset>},
    {"NOOP", noop},
    {"QUIT", bare<Quit>},
    {"VRFY", with_text<Vrfy>},
    {"EXPN", with_text<Expn>},
    {"HELP", help},
    {"STARTTLS", bare<StartTls>},
    {"AUTH", auth},
}};

std::size_t find_control(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::find_if(line, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }) - line.begin());
}

}  // namespace

std::expected<Command, Reply> parse_command(std::string_view line, Utf8 utf8) {
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);  // RFC 5321 §4.1.1
  const auto control = find_control(line);
  if (control < line.size()) return refuse(500, "5.5.2", "control character at octet " + std::to_string(control + 1));
  if (!is_utf8(line)) return refuse(500, "5.5.2", "the line is not UTF-8");
  Cursor cursor(line);
  const auto name = cursor.take_while([](char c) { return c != ' '; });
  const auto verb = std::ranges::find_if(kVerbs, [&](const auto& v) { return iequals(v.name, name); });
  if (verb == kVerbs.end()) return refuse(500, "5.5.1", "command not recognized");
  return verb->parse(cursor, utf8);
}

Result<mail::Address> parse_address(std::string_view text, Utf8 utf8) {
  if (!is_utf8(text)) return fail(Code::BadInput, "the address is not UTF-8");
  Cursor cursor(text);
  PARAPH_TRY(auto address, mailbox(cursor));
  if (!cursor.at_end()) return cursor.expected("the end of the address");
  if (utf8 == Utf8::No && !is_ascii(address)) return fail(Code::BadInput, "the address is not ASCII");
  return address;
}

}  // namespace paraph::smtp
