#include "wire/smtp/reply_for.h"

#include <gtest/gtest.h>

namespace paraph::smtp {
namespace {

TEST(SmtpReplyFor, EachCodeHasARefusal) {
  for (int code = 0; code <= static_cast<int>(Code::Corrupt); ++code) {
    const auto reply = reply_for({static_cast<Code>(code), "why"});
    EXPECT_TRUE(reply.code >= 400 && reply.code < 600);
    EXPECT_EQ(reply.enhanced[0] - '0', reply.code / 100);
    EXPECT_FALSE(reply.text.empty());
  }
}

TEST(SmtpReplyFor, OurOwnTroubleIsNotTold) {
  EXPECT_EQ(reply_for({Code::NotFound, "no such user"}), (Reply{550, "5.1.1", "no such user"}));
  EXPECT_EQ(reply_for({Code::Corrupt, "record 7 of /var"}).text.find("/var"), std::string::npos);
  EXPECT_EQ(reply_for({Code::NoSpace, "/var is full"}).code, 452);
}

}  // namespace
}  // namespace paraph::smtp
