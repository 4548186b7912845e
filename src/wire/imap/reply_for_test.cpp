#include "wire/imap/reply_for.h"

#include <gtest/gtest.h>

namespace paraph::imap {
namespace {

std::string refusal(const Error& error, Target target = Target::No) {
  std::string out;
  append_refusal(out, "a", error, target);
  return out;
}

TEST(ImapReplyFor, SyntaxIsBadAllElseIsNo) {
  for (int code = 0; code <= static_cast<int>(Code::Corrupt); ++code) {
    const bool bad = static_cast<Code>(code) == Code::BadInput;
    const auto reply = reply_for(static_cast<Code>(code));
    EXPECT_EQ(reply.condition, bad ? Condition::Bad : Condition::No);
    EXPECT_EQ(reply.code.empty(), bad);
  }
}

TEST(ImapReplyFor, Lines) {
  EXPECT_EQ(refusal({Code::BadInput, "expected x"}), "a BAD expected x\r\n");
  EXPECT_EQ(refusal({Code::NotFound, "no such mailbox"}), "a NO [NONEXISTENT] no such mailbox\r\n");
  EXPECT_EQ(refusal({Code::NotFound, "no such mailbox"}, Target::Yes), "a NO [TRYCREATE] no such mailbox\r\n");
  EXPECT_EQ(refusal({Code::OverQuota, "full"}), "a NO [OVERQUOTA] full\r\n");
}

TEST(ImapReplyFor, OurOwnTroubleIsNotTold) {
  for (const auto code : {Code::Corrupt, Code::Unavailable, Code::NoSpace})
    EXPECT_FALSE(refusal({code, "/var/secret"}).contains("secret"));
}

}  // namespace
}  // namespace paraph::imap
