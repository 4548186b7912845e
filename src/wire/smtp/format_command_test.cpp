#include "wire/smtp/format_command.h"

#include <gtest/gtest.h>

#include "wire/smtp/parse.h"

namespace paraph::smtp {
namespace {

using mail::Body;
using mail::Return;

Extensions everything() {
  Extensions all;
  all.eight_bit_mime = all.binary_mime = all.smtputf8 = all.dsn = all.require_tls = all.size = true;
  return all;
}

std::string mail_line(const mail::MailOptions& options, const Declared& declared, const Extensions& offered) {
  std::string out;
  append_mail(out, {"alice", "example.org"}, options, declared, offered);
  return out;
}

std::string rcpt_line(const mail::Recipient& to, const Extensions& offered, bool utf8 = false) {
  std::string out;
  append_rcpt(out, to, offered, utf8);
  return out;
}

TEST(SmtpCommands, MailSaysWhatTheServerOffers) {
  const mail::MailOptions options{.require_tls = true, .ret = Return::Headers, .envid = "a+b=c d"};
  const Declared declared{.bytes = 1000, .body = Body::EightBitMime, .smtputf8 = true};
  EXPECT_EQ(mail_line(options, declared, everything()),
            "MAIL FROM:<alice@example.org> SIZE=1000 BODY=8BITMIME SMTPUTF8 REQUIRETLS RET=HDRS "
            "ENVID=a+2Bb+3Dc+20d\r\n");
  EXPECT_EQ(mail_line(options, declared, {}), "MAIL FROM:<alice@example.org>\r\n");
  EXPECT_EQ(mail_line({.ret = Return::Full}, {.bytes = 7, .body = Body::BinaryMime}, everything()),
            "MAIL FROM:<alice@example.org> SIZE=7 BODY=BINARYMIME RET=FULL\r\n");
  EXPECT_EQ(mail_line({}, {.bytes = 0}, everything()), "MAIL FROM:<alice@example.org> SIZE=0\r\n");
}

TEST(SmtpCommands, TheNullPath) {
  std::string out;
  append_mail(out, {}, {}, {}, {});
  EXPECT_EQ(out, "MAIL FROM:<>\r\n");
}

TEST(SmtpCommands, Rcpt) {
  struct Case {
    mail::Recipient to;
    bool utf8;
    std::string line;
  };
  const mail::Address bob{"bob", "example.com"};
  for (const auto& [to, utf8, line] : std::vector<Case>{
           {{bob, {}, ""}, false, "RCPT TO:<bob@example.com>\r\n"},
           {{bob, mail::Notify{}, ""}, false, "RCPT TO:<bob@example.com> NOTIFY=NEVER\r\n"},
           {{bob, mail::Notify{.failure = true}, ""}, false, "RCPT TO:<bob@example.com> NOTIFY=FAILURE\r\n"},
           {{bob, mail::Notify{true, true, true}, "rfc822;Bob+x@example.com"},
            false,
            "RCPT TO:<bob@example.com> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;Bob+2Bx@example.com\r\n"},
           {{bob, {}, "rfc822;\"a b\"@x"}, false, "RCPT TO:<bob@example.com> ORCPT=rfc822;\"a+20b\"@x\r\n"},
           {{bob, {}, "utf-8;b\xC3\xB6@x"}, false, "RCPT TO:<bob@example.com> ORCPT=utf-8;b\\x{F6}@x\r\n"},
           {{bob, {}, "utf-8;b\xC3\xB6+@x"}, true, "RCPT TO:<bob@example.com> ORCPT=utf-8;b\xC3\xB6\\x{2B}@x\r\n"},
           {{bob, {}, "utf-8;a\\x{F6}@x"}, true, "RCPT TO:<bob@example.com> ORCPT=utf-8;a\\x{5C}x{F6}@x\r\n"},
           {{bob, {}, "utf-8;a\\b@x"}, false, "RCPT TO:<bob@example.com> ORCPT=utf-8;a\\x{5C}b@x\r\n"},
           {{bob, {}, "UTF-8;\xF0\x9F\x8E\xA4@x"}, false, "RCPT TO:<bob@example.com> ORCPT=UTF-8;\\x{1F3A4}@x\r\n"},
           {{bob, {}, "rfc822;b\xC3\xB6@x"}, true, "RCPT TO:<bob@example.com>\r\n"},
           {{bob, {}, "utf-8;\xC3"}, true, "RCPT TO:<bob@example.com>\r\n"},
           {{bob, {}, "no type"}, false, "RCPT TO:<bob@example.com>\r\n"},
           {{bob, {}, "a b;c"}, false, "RCPT TO:<bob@example.com>\r\n"},
           {{bob, {}, "rfc822;a\r\nDATA"}, false, "RCPT TO:<bob@example.com> ORCPT=rfc822;a+0D+0ADATA\r\n"},
       }) {
    EXPECT_EQ(rcpt_line(to, everything(), utf8), line);
    EXPECT_EQ(rcpt_line(to, {}, utf8), "RCPT TO:<bob@example.com>\r\n");
  }
}

TEST(SmtpCommands, AServerReadsWhatAClientWrites) {
  auto line = mail_line({}, {.bytes = 5, .body = Body::EightBitMime, .smtputf8 = true}, everything());
  line.resize(line.size() - 2);
  const auto mail = parse_command(line, Utf8::No);
  ASSERT_TRUE(mail && std::holds_alternative<MailFrom>(*mail)) << line;
  EXPECT_EQ(std::get<MailFrom>(*mail).options, (mail::MailOptions{.body = Body::EightBitMime, .smtputf8 = true}));
  EXPECT_EQ(std::get<MailFrom>(*mail).size, 5u);

  const mail::Recipient to{{"a b", "c.example"}, {}, ""};
  line = rcpt_line(to, everything());
  line.resize(line.size() - 2);
  const auto rcpt = parse_command(line, Utf8::No);
  ASSERT_TRUE(rcpt && std::holds_alternative<RcptTo>(*rcpt)) << line;
  EXPECT_EQ(std::get<RcptTo>(*rcpt).to, to);
}

TEST(SmtpCommands, Controls) {
  EXPECT_FALSE(has_controls({"a b\xC3\xB6", "c"}));
  EXPECT_TRUE(has_controls({"a\r\nDATA", "c"}));
  EXPECT_TRUE(has_controls({"a", "c\x7f"}));
}

}  // namespace
}  // namespace paraph::smtp
