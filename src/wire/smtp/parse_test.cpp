#include "wire/smtp/parse.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

namespace paraph::smtp {
namespace {

std::string show(const Hello& c) { return fmt::format("hello {} {}", static_cast<int>(c.verb), c.name); }
std::string show(const MailFrom& c) {
  constexpr std::array<std::string_view, 3> kReturns{"", " full", " headers"};
  const auto& options = c.options;
  return fmt::format("mail {} size={} body={} utf8={} auth={}{}{}{}", c.from.text(),
                     c.size ? std::to_string(*c.size) : "-", static_cast<int>(options.body), options.smtputf8,
                     c.auth.value_or("-"), kReturns.at(static_cast<std::size_t>(options.ret)),
                     options.envid.empty() ? "" : " id=" + options.envid, options.require_tls ? " tls" : "");
}
std::string show(const RcptTo& c) {
  std::string out = fmt::format("rcpt {}|{}", c.to.address.local, c.to.address.domain);
  if (const auto& n = c.to.notify)
    out += fmt::format(" notify={}{}{}", n->success ? "s" : "", n->failure ? "f" : "", n->delay ? "d" : "");
  return c.to.original.empty() ? out : out + " original=" + c.to.original;
}
std::string show(const Data&) { return "data"; }
std::string show(const Bdat& c) { return fmt::format("bdat {}{}", c.bytes, c.last ? " last" : ""); }
std::string show(const Rset&) { return "rset"; }
std::string show(const Noop&) { return "noop"; }
std::string show(const Quit&) { return "quit"; }
std::string show(const Vrfy& c) { return "vrfy " + c.text; }
std::string show(const Expn& c) { return "expn " + c.text; }
std::string show(const Help& c) { return "help " + c.text; }
std::string show(const StartTls&) { return "starttls"; }
std::string show(const Auth& c) { return fmt::format("auth {} {}", c.mechanism, c.initial.value_or("-")); }

std::string parsed(std::string_view line, Utf8 utf8 = Utf8::No) {
  const auto command = parse_command(line, utf8);
  if (!command) return fmt::format("{} {} {}", command.error().code, command.error().enhanced, command.error().text);
  return std::visit([](const auto& c) { return show(c); }, *command);
}

struct Case {
  std::string_view line, result;
};

TEST(SmtpParse, GoodCommands) {
  for (const auto& [line, result] : {
           Case{"HELO a.example", "hello 0 a.example"},
           Case{"ehlo [192.0.2.1]", "hello 1 [192.0.2.1]"},
           Case{"LHLO x_y ", "hello 2 x_y"},
           Case{"MAIL FROM:<>", "mail  size=- body=0 utf8=false auth=-"},
           Case{"mail from: <a@b> size=12 BODY=8bitmime", "mail a@b size=12 body=1 utf8=false auth=-"},
           Case{"MAIL FROM:<a@b> SMTPUTF8 BODY=BINARYMIME AUTH=e+3Dmc2@example.com",
                "mail a@b size=- body=2 utf8=true auth=e=mc2@example.com"},
           Case{"MAIL FROM:<a@b> AUTH=<>", "mail a@b size=- body=0 utf8=false auth="},
           Case{"MAIL FROM:<\xC3\xA4@b> SMTPUTF8", "mail \xC3\xA4@b size=- body=0 utf8=true auth=-"},
           Case{"RCPT TO:<a@b>", "rcpt a|b"},
           Case{"RCPT TO:<Postmaster>", "rcpt postmaster|"},
           Case{"MAIL FROM:<a@b> RET=hdrs ENVID=QQ+20314+2B1 REQUIRETLS",
                "mail a@b size=- body=0 utf8=false auth=- headers id=QQ 314+1 tls"},
           Case{"MAIL FROM:<a@b> RET=FULL", "mail a@b size=- body=0 utf8=false auth=- full"},
           Case{"RCPT TO:<a@b> NOTIFY=never", "rcpt a|b notify="},
           Case{"RCPT TO:<a@b> NOTIFY=SUCCESS,delay", "rcpt a|b notify=sd"},
           Case{"RCPT TO:<a@b> ORCPT=rfc822;Bob+2Bx@example.org NOTIFY=FAILURE",
                "rcpt a|b notify=f original=rfc822;Bob+x@example.org"},
           Case{"RCPT TO:<a@b> ORCPT=UTF-8;\\x{E4}\\x{2B}\\x{1f4de}@b",
                "rcpt a|b original=UTF-8;\xC3\xA4+\xF0\x9F\x93\x9E@b"},
           Case{"DATA", "data"},
           Case{"DATA  \t", "data"},
           Case{"BDAT 0 last", "bdat 0 last"},
           Case{"BDAT 18446744073709551615", "bdat 18446744073709551615"},
           Case{"RSET", "rset"},
           Case{"NOOP whatever you say", "noop"},
           Case{"quit", "quit"},
           Case{"VRFY bob", "vrfy bob"},
           Case{"EXPN list", "expn list"},
           Case{"HELP", "help "},
           Case{"HELP MAIL", "help MAIL"},
           Case{"STARTTLS", "starttls"},
           Case{"AUTH plain", "auth PLAIN -"},
           Case{"AUTH SCRAM-SHA-256 biws", "auth SCRAM-SHA-256 biws"},
           Case{"AUTH EXTERNAL =", "auth EXTERNAL "},
       }) {
    EXPECT_EQ(parsed(line), result) << line;
  }
}

TEST(SmtpParse, BadCommands) {
  for (const auto& [line, result] : {
           Case{"", "500 5.5.1 command not recognized"},
           Case{"MAILFROM:<a@b>", "500 5.5.1 command not recognized"},
           Case{"GET / HTTP/1.1", "500 5.5.1 command not recognized"},
           Case{"NOOP\rQUIT", "500 5.5.2 control character at octet 5"},
           Case{std::string_view("NOOP a\0b", 8), "500 5.5.2 control character at octet 7"},
           Case{"VRFY \xFF", "500 5.5.2 the line is not UTF-8"},
           Case{"EHLO", "501 5.5.4 expected one domain name or address literal at octet 5"},
           Case{"EHLO a b", "501 5.5.4 expected one domain name or address literal at octet 7"},
           Case{"DATA now", "501 5.5.4 expected the end of the line at octet 5"},
           Case{"STARTTLS x", "501 5.5.4 expected the end of the line at octet 9"},
           Case{"MAIL <a@b>", "501 5.5.4 expected FROM:<address> at octet 6"},
           Case{"MAIL", "501 5.5.4 expected FROM:<address> at octet 5"},
           Case{"MAIL FROM:a@b", "501 5.1.7 expected < at octet 11"},
           Case{"MAIL FROM:<a@b>SIZE=1", "501 5.5.4 expected a space or the end of the line at octet 16"},
           Case{"MAIL FROM:<a@b>  SIZE=1", "501 5.5.4 expected a parameter at octet 17"},
           Case{"MAIL FROM:<a@b> SIZE=", "501 5.5.4 expected a value at octet 22"},
           Case{"MAIL FROM:<a@b> SIZE=1x", "501 5.5.4 bad value of SIZE"},
           Case{"MAIL FROM:<a@b> SIZE", "501 5.5.4 bad value of SIZE"},
           Case{"MAIL FROM:<a@b> SIZE=99999999999999999999", "501 5.5.4 bad value of SIZE"},
           Case{"MAIL FROM:<a@b> SIZE=1 SIZE=1", "501 5.5.4 SIZE is given twice"},
           Case{"MAIL FROM:<a@b> BODY=9BIT", "501 5.5.4 bad value of BODY"},
           Case{"MAIL FROM:<a@b> SMTPUTF8=1", "501 5.5.4 bad value of SMTPUTF8"},
           Case{"MAIL FROM:<a@b> AUTH=a+3", "501 5.5.4 bad value of AUTH"},
           Case{"MAIL FROM:<a@b> MT-PRIORITY=3", "555 5.5.4 MT-PRIORITY is no parameter of MAIL here"},
           Case{"MAIL FROM:<a@b> RET=HALF", "501 5.5.4 bad value of RET"},
           Case{"MAIL FROM:<a@b> RET", "501 5.5.4 bad value of RET"},
           Case{"MAIL FROM:<a@b> RET=FULL ret=FULL", "501 5.5.4 RET is given twice"},
           Case{"MAIL FROM:<a@b> ENVID=a ENVID=a", "501 5.5.4 ENVID is given twice"},
           Case{"MAIL FROM:<a@b> ENVID", "501 5.5.4 bad value of ENVID"},
           Case{"MAIL FROM:<a@b> ENVID=a+0D+0A", "501 5.5.4 bad value of ENVID"},
           Case{"MAIL FROM:<a@b> ENVID=a+0d", "501 5.5.4 bad value of ENVID"},
           Case{"MAIL FROM:<a@b> ENVID=\xC3\xA4", "501 5.5.4 bad value of ENVID"},
           Case{"MAIL FROM:<a@b> REQUIRETLS=1", "501 5.5.4 bad value of REQUIRETLS"},
           Case{"MAIL FROM:<a@b> REQUIRETLS REQUIRETLS", "501 5.5.4 REQUIRETLS is given twice"},
           Case{"MAIL FROM:<\xC3\xA4@b>", "553 5.6.7 an address with UTF-8 needs SMTPUTF8 in MAIL"},
           Case{"RCPT TO:<>", "501 5.1.3 expected a local part at octet 10"},
           Case{"RCPT TO:<\xC3\xA4@b>", "553 5.6.7 an address with UTF-8 needs SMTPUTF8 in MAIL"},
           Case{"RCPT TO:<a@b> SIZE=1", "555 5.5.4 SIZE is no parameter of RCPT here"},
           Case{"RCPT TO:<a@b>NOTIFY=NEVER", "501 5.5.4 expected a space or the end of the line at octet 14"},
           Case{"RCPT TO:<a@b> NOTIFY", "501 5.5.4 bad value of NOTIFY"},
           Case{"RCPT TO:<a@b> NOTIFY=NEVER,FAILURE", "501 5.5.4 bad value of NOTIFY"},
           Case{"RCPT TO:<a@b> NOTIFY=FAILURE,", "501 5.5.4 bad value of NOTIFY"},
           Case{"RCPT TO:<a@b> NOTIFY=NEVER NOTIFY=NEVER", "501 5.5.4 NOTIFY is given twice"},
           Case{"RCPT TO:<a@b> ORCPT=rfc822;a ORCPT=rfc822;a", "501 5.5.4 ORCPT is given twice"},
           Case{"RCPT TO:<a@b> ORCPT", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=a@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=;a@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=rfc822;", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=rfc822;a+0D+0Ab", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=rfc822;a+E4b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=(x);a@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=utf-8;\xC3\xA4@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=utf-8;\\x{0A}@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=utf-8;\\x{D800}@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=utf-8;\\x{110000}@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=utf-8;\\x{E4@b", "501 5.5.4 bad value of ORCPT"},
           Case{"RCPT TO:<a@b> ORCPT=utf-8;\\E4@b", "501 5.5.4 bad value of ORCPT"},
           Case{"BDAT", "501 5.5.4 expected a number of octets at octet 5"},
           Case{"BDAT 18446744073709551616", "501 5.5.4 expected a number of octets at octet 26"},
           Case{"BDAT 1 LAST x", "501 5.5.4 expected LAST or the end of the line at octet 12"},
           Case{"AUTH", "501 5.5.4 expected a SASL mechanism at octet 5"},
           Case{"AUTH PLAIN AG$", "501 5.5.4 expected the end of the line at octet 14"},
           Case{"AUTH ABCDEFGHIJKLMNOPQRSTU", "501 5.5.4 expected a SASL mechanism at octet 27"},
           Case{"VRFY", "501 5.5.4 expected a name at octet 5"},
       }) {
    EXPECT_EQ(parsed(line), result) << line;
  }
}

TEST(SmtpParse, Utf8RecipientsInAnSmtputf8Transaction) {
  EXPECT_EQ(parsed("RCPT TO:<\xC3\xA4@b>", Utf8::Yes), "rcpt \xC3\xA4|b");
  EXPECT_EQ(parsed("RCPT TO:<a@b> ORCPT=utf-8;\xC3\xA4\\x{5C}@b", Utf8::Yes), "rcpt a|b original=utf-8;\xC3\xA4\\@b");
  EXPECT_EQ(parsed("RCPT TO:<a@b> ORCPT=rfc822;\xC3\xA4@b", Utf8::Yes), "501 5.5.4 bad value of ORCPT");
}

TEST(SmtpParse, EnvelopeIdsAndOriginalRecipientsHaveTheirBounds) {
  const auto mail = [](std::size_t bytes) { return parsed("MAIL FROM:<a@b> ENVID=" + std::string(bytes, 'x')); };
  EXPECT_TRUE(mail(100).starts_with("mail "));
  EXPECT_EQ(mail(101), "501 5.5.4 bad value of ENVID");
  const auto rcpt = [](std::size_t bytes) {
    return parsed("RCPT TO:<a@b> ORCPT=rfc822;" + std::string(bytes - 7, 'x'));
  };
  EXPECT_TRUE(rcpt(500).starts_with("rcpt "));
  EXPECT_EQ(rcpt(501), "501 5.5.4 bad value of ORCPT");
}

}  // namespace
}  // namespace paraph::smtp
