#include "wire/smtp/extensions.h"

#include <gmock/gmock.h>

namespace paraph::smtp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Extensions offered(const std::string& lines) { return parse_extensions({250, "", "mx.example.org\n" + lines}); }

TEST(SmtpExtensions, ThoseOfACommonServer) {
  const auto all = offered(
      "PIPELINING\nSIZE 52428800\n8BITMIME\nBINARYMIME\nCHUNKING\nSMTPUTF8\nDSN\nSTARTTLS\nREQUIRETLS\n"
      "ENHANCEDSTATUSCODES\nAUTH PLAIN scram-sha-256\nLIMITS RCPTMAX=20 MAILMAX=5");
  EXPECT_TRUE(all.pipelining && all.eight_bit_mime && all.binary_mime && all.chunking && all.smtputf8 && all.dsn);
  EXPECT_TRUE(all.starttls && all.require_tls && all.enhanced_codes && all.size);
  EXPECT_EQ(all.size_max, 52428800u);
  EXPECT_EQ(all.rcpt_max, 20u);
  EXPECT_EQ(all.mail_max, 5u);
  EXPECT_THAT(all.auth, ElementsAre("PLAIN", "SCRAM-SHA-256"));
}

TEST(SmtpExtensions, WhatIsNotSaidIsNotThere) {
  for (const std::string lines : {"", "\n", "XPIPELINING\nSTARTTLSX\nHELP", "  "}) {
    const auto none = offered(lines);
    EXPECT_FALSE(none.pipelining || none.starttls || none.chunking || none.size) << lines;
    EXPECT_THAT(none.auth, IsEmpty());
  }
  EXPECT_FALSE(parse_extensions({250, "", "PIPELINING"}).pipelining) << "the first line is a name";
}

TEST(SmtpExtensions, Odd) {
  EXPECT_TRUE(offered("pipelining").pipelining);
  EXPECT_TRUE(offered("SIZE").size);
  EXPECT_EQ(offered("SIZE 0").size_max, 0u);
  EXPECT_EQ(offered("SIZE many").size_max, 0u);
  EXPECT_EQ(offered("SIZE 99999999999999999999999").size_max, 0u);
  EXPECT_THAT(offered("AUTH=LOGIN PLAIN\nAUTH PLAIN LOGIN").auth, ElementsAre("LOGIN", "PLAIN"));
  EXPECT_THAT(offered("AUTH").auth, IsEmpty());
  EXPECT_EQ(offered("LIMITS RCPTMAX= rcptmax=7 X MAILMAX=-1").rcpt_max, 7u);
  EXPECT_EQ(offered("LIMITS MAILMAX=-1").mail_max, 0u);
}

}  // namespace
}  // namespace paraph::smtp
