#include <gtest/gtest.h>

#include "wire/imap/format.h"

namespace paraph::imap {
namespace {

using mail::NamedAddress;
using mail::Part;

std::string body_structure(const mail::Structure& structure) {
  std::string out;
  append_body_structure(out, structure);
  return out;
}
std::string body(const mail::Structure& structure) {
  std::string out;
  append_body(out, structure);
  return out;
}
std::string envelope(const mail::Envelope& envelope) {
  std::string out;
  append_envelope(out, envelope);
  return out;
}

const NamedAddress kTerry{.name = "Terry Gray", .address = {"gray", "cac.washington.edu"}};

TEST(Envelope, TheExampleOfTheRfc) {
  const mail::Envelope example{.date = "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
                               .subject = "IMAP4rev1 WG mtg summary and minutes",
                               .from = {kTerry},
                               .to = {{.address = {"imap", "cac.washington.edu"}}},
                               .cc = {{.address = {"minutes", "CNRI.Reston.VA.US"}},
                                      {.name = "John Klensin", .address = {"KLENSIN", "MIT.EDU"}}},
                               .message_id = "<B27397-0100000@cac.washington.edu>"};
  const std::string terry = R"((("Terry Gray" NIL "gray" "cac.washington.edu")))";
  EXPECT_EQ(envelope(example),
            R"_(("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" )_" + terry + " " +
                terry + " " + terry +
                R"_( ((NIL NIL "imap" "cac.washington.edu")) )_"
                R"_(((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) )_"
                R"_(NIL NIL "<B27397-0100000@cac.washington.edu>"))_");
}

TEST(Envelope, NothingIsNil) { EXPECT_EQ(envelope({}), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"); }

TEST(Envelope, Groups) {
  const mail::Envelope group{.to = {{.address = {"friends", ""}, .group_start = true}, kTerry, {.group_end = true}}};
  EXPECT_EQ(
      envelope(group),
      R"((NIL NIL NIL NIL NIL ((NIL NIL "friends" NIL)("Terry Gray" NIL "gray" "cac.washington.edu")(NIL NIL NIL NIL)) NIL NIL NIL NIL))");
}

TEST(Envelope, AnAddressWithoutDomainIsNoGroup) {
  EXPECT_EQ(envelope({.cc = {{.address = {"bob", ""}}}}),
            R"((NIL NIL NIL NIL NIL NIL ((NIL NIL "bob" "")) NIL NIL NIL))");
}

TEST(BodyStructure, APlainMessage) {
  mail::Structure structure{.parts = {Part{.body = {100, 3128}, .body_lines = 92}}};
  EXPECT_EQ(body(structure), R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3028 92))");
  EXPECT_EQ(body_structure(structure),
            R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3028 92 NIL NIL NIL NIL))");
}

TEST(BodyStructure, AVoiceMessage) {
  mail::Structure structure{.parts = {
                                Part{.children = {1, 2},
                                     .type = "multipart",
                                     .subtype = "mixed",
                                     .parameters = {{"boundary", "x"}},
                                     .has_content_type = true},
                                Part{.parent = 0,
                                     .body = {0, 10},
                                     .body_lines = 1,
                                     .parameters = {{"charset", "utf-8"}, {"format", "flowed"}},
                                     .has_content_type = true},
                                Part{.parent = 0,
                                     .body = {20, 50},
                                     .type = "audio",
                                     .subtype = "amr",
                                     .encoding = mail::Encoding::Base64,
                                     .encoding_name = "base64",
                                     .disposition = "attachment",
                                     .disposition_parameters = {{"filename", "\xC3\xA4.amr"}},
                                     .id = "<1@x>",
                                     .description = "voice \"x\"",
                                     .md5 = "Q2hlY2s=",
                                     .location = "http://x/",
                                     .languages = {"de", "en"},
                                     .has_content_type = true},
                            }};
  EXPECT_EQ(
      body(structure),
      R"((("text" "plain" ("charset" "utf-8" "format" "flowed") NIL NIL "7bit" 10 1)("audio" "amr" NIL "<1@x>" "voice \"x\"" "base64" 30) "mixed"))");
  EXPECT_EQ(body_structure(structure),
            R"((("text" "plain" ("charset" "utf-8" "format" "flowed") NIL NIL "7bit" 10 1 NIL NIL NIL NIL))"
            R"(("audio" "amr" NIL "<1@x>" "voice \"x\"" "base64" 30 "Q2hlY2s=" ("attachment" ("filename" {6})"
            "\r\n\xC3\xA4.amr"
            R"()) ("de" "en") "http://x/") "mixed" ("boundary" "x") NIL NIL NIL))");
}

TEST(BodyStructure, ANestedMessage) {
  mail::Structure structure{
      .parts = {Part{.children = {1},
                     .body = {0, 30},
                     .body_lines = 3,
                     .type = "message",
                     .subtype = "rfc822",
                     .disposition = "inline",
                     .languages = {"de"},
                     .has_content_type = true},
                Part{.parent = 0, .body = {10, 30}, .body_lines = 2, .envelope = mail::Envelope{.subject = "s"}}}};
  EXPECT_EQ(
      body_structure(structure),
      R"(("message" "rfc822" NIL NIL NIL "7bit" 30 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) )"
      R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 20 2 NIL NIL NIL NIL) 3 NIL ("inline" NIL) "de" NIL))");
}

TEST(BodyStructure, OpaqueCompositesStillHaveABody) {
  EXPECT_EQ(body({.parts = {Part{.type = "multipart", .subtype = "mixed"}}}),
            R"((("text" "plain" NIL NIL NIL "7bit" 0 0) "mixed"))");
  EXPECT_EQ(
      body({.parts = {Part{.type = "message", .subtype = "rfc822"}}}),
      R"(("message" "rfc822" NIL NIL NIL "7bit" 0 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 0 0) 0))");
}

}  // namespace
}  // namespace paraph::imap
