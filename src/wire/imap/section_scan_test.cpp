// Sections of a real message: the scanner's structure, this room's numbers, the octets that a client gets.
#include <gtest/gtest.h>

#include "mime/scan.h"
#include "wire/imap/format.h"
#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

constexpr std::string_view kMessage =
    "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    "preamble\r\n"
    "--x\r\n\r\none\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: inner\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"
    "--y\r\nContent-Type: text/plain\r\n\r\ntwo one\r\n\r\n"
    "--y\r\nContent-Type: text/html\r\n\r\n<p>two two\r\n"
    "--y--\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: plain\r\n\r\nthree\r\n"
    "--x--\r\nepilogue\r\n";

std::string octets(std::string_view text) {
  const auto structure = mime::scan(kMessage);
  const auto item = parsed<Fetch>("FETCH 1 BODY[" + std::string(text) + "]").items.at(0);
  const auto range = find_section(structure, item.section);
  return range ? std::string(kMessage.substr(range->begin, range->size())) : "none";
}

TEST(SectionScan, AClientGetsTheseOctets) {
  struct Case {
    std::string_view section, octets;
  };
  for (const auto& [section, expected] : {
           Case{"", kMessage},
           Case{"HEADER", kMessage.substr(0, kMessage.find("preamble"))},
           Case{"TEXT", kMessage.substr(kMessage.find("preamble"))},
           Case{"1", "one"},
           Case{"1.MIME", "\r\n"},
           Case{"2.MIME", "Content-Type: message/rfc822\r\n\r\n"},
           Case{"2.HEADER", "Subject: inner\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"},
           Case{"2.1", "two one\r\n"},
           Case{"2.2", "<p>two two"},
           Case{"2.2.MIME", "Content-Type: text/html\r\n\r\n"},
           Case{"2.3", "none"},
           Case{"3", "Subject: plain\r\n\r\nthree"},
           Case{"3.TEXT", "three"},
           Case{"3.1", "three"},
           Case{"3.1.MIME", "Subject: plain\r\n\r\n"},
           Case{"3.2", "none"},
       }) {
    EXPECT_EQ(octets(section), expected) << section;
  }
  EXPECT_EQ(octets("2"), octets("2.HEADER") + octets("2.TEXT"));
}

TEST(SectionScan, TheSameInBodyStructure) {
  std::string out;
  append_body(out, mime::scan(kMessage));
  EXPECT_EQ(out, R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 1))"
                 R"(("message" "rfc822" NIL NIL NIL "7bit" 160 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) )"
                 R"((("text" "plain" NIL NIL NIL "7bit" 9 1)("text" "html" NIL NIL NIL "7bit" 10 1) "alternative") 13))"
                 R"(("message" "rfc822" NIL NIL NIL "7bit" 23 (NIL "plain" NIL NIL NIL NIL NIL NIL NIL NIL) )"
                 R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 1) 3) "mixed"))");
}

}  // namespace
}  // namespace paraph::imap
