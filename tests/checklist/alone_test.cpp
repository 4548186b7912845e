// Items 14 to 18, 23 and 32: what is left as it is.
#include <gmock/gmock.h>

#include "checklist.h"
#include "mime/charset.h"
#include "mime/encoding.h"

namespace paraph::checklist {
namespace {

using signature::How;
using testing::HasSubstr;

TEST_F(Checklist, Item14_ReportsAreUntouched) {
  const std::string plain = text_entity("It was not delivered.\r\n");
  // Whatever its kind, and whatever is in it.
  const std::string other = message(multipart("report", {plain, wav()}, "; report-type=x-other"));
  EXPECT_EQ(sign(other).report.how, How::Untouched);
  EXPECT_EQ(sign(other).after, other);
  const std::pair<std::string, std::string> kinds[] = {
      {"delivery-status", "Reporting-MTA: dns; x\r\n"},
      {"disposition-notification", "Final-Recipient: rfc822; bob@example.org\r\n"},
      {"feedback-report", "Feedback-Type: abuse\r\n"},
      {"tracking-status", "Reporting-MTA: dns; x\r\n"}};
  for (const auto& [kind, fields] : kinds) {
    const std::string status = entity("Content-Type: message/" + kind + "\r\n", fields);
    for (const auto& text : {message(multipart("report", {plain, status}, "; report-type=" + kind)),
                             message(multipart("mixed", {plain, status})), message(status)}) {
      const auto each = sign(text);
      EXPECT_EQ(each.report.how, How::Untouched) << each.tree();  // a message with such an outcome has no field
      EXPECT_EQ(each.after, text);
    }
  }
}

/// Section 2.7 (4): where the signature is mandatory, no field that a client writes keeps it away, and no structure.
TEST_F(Checklist, Section27_WhereItIsMandatoryNobodyEscapes) {
  const std::string plain = text_entity("Hello.\r\n");
  const std::string fields[] = {"Auto-Submitted: auto-replied\r\n", "Resent-From: alice@example.org\r\n",
                                "List-Id: <l.example.org>\r\nPrecedence: list\r\n", "ARC-Seal: i=1; x\r\n"};
  const std::string structures[] = {
      multipart("signed", {plain, entity("Content-Type: application/pgp-signature\r\n", "x\r\n")}),
      media_entity("application/pkcs7-mime", "0x"),
      text_entity("-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----\r\n"),
      entity("Content-Type: multipart/mixed\r\n", "no boundary\r\n")};
  for (const bool mandatory : {false, true}) {
    world.policy.mandatory = mandatory;
    for (const auto& field : fields) {
      const auto each = sign(message(plain, field));
      EXPECT_EQ(each.report.text, mandatory) << field;
      EXPECT_FALSE(each.report.refused) << field;
    }
    for (const auto& structure : structures) {
      EXPECT_EQ(sign(message(structure)).report.refused, mandatory) << structure;
      EXPECT_FALSE(sign(message(structure)).report.text);
    }
  }
}

/// Nor does any structure that takes nothing of a signature, though it is sound.
TEST_F(Checklist, Section27_WhereItIsMandatoryNoStructureEscapes) {
  const std::string locked = text_entity("not ascii \xE9\r\n", "text/plain; charset=us-ascii");
  const std::string forwarded = entity("Content-Type: message/rfc822\r\n", message(text_entity("inner\r\n")));
  const std::string invitation =
      text_entity("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST; charset=utf-8");
  const std::string named = wav("Content-Disposition: inline; voice=Originator-Spoken-Name\r\n");
  const std::string structures[] = {multipart("mixed", {locked, forwarded}),
                                    multipart("alternative", {locked, invitation}), multipart("mixed", {invitation}),
                                    multipart("voice-message", {text_entity("words\r\n")}, "; version=2.0"),
                                    multipart("voice-message", {wav(), named}, "; version=2.0")};
  for (const bool mandatory : {false, true}) {
    world.policy.mandatory = mandatory;
    for (const auto& structure : structures) {
      const auto each = sign(message(structure));
      EXPECT_EQ(each.report.kinds(), "none");
      EXPECT_EQ(each.report.refused, mandatory) << structure;
    }
    EXPECT_FALSE(sign(message(locked)).report.refused);
    EXPECT_FALSE(sign(message(multipart("mixed", {wav()}))).report.refused);
  }
  // What the operator's own limits leave out refuses nothing.
  world.policy.message_bytes_max = 10;
  EXPECT_FALSE(sign(message(text_entity("Hello.\r\n"))).report.refused);
}

TEST_F(Checklist, Item15_SignedMessagesKeepEveryOctet) {
  const std::string inner = text_entity("signed words\r\n");
  const std::pair<std::string, std::string> protocols[] = {
      {"application/pgp-signature", entity("Content-Type: application/pgp-signature; name=signature.asc\r\n", "x\r\n")},
      {"application/pkcs7-signature", media_entity("application/pkcs7-signature; name=smime.p7s", "0x")}};
  for (const auto& [protocol, proof] : protocols) {
    const std::string whole = multipart("signed", {inner, proof}, "; micalg=sha-256; protocol=\"" + protocol + "\"");
    for (const auto& text :
         {message(whole), message(multipart("mixed", {whole, text_entity("footer of a list\r\n")}))}) {
      const auto each = sign(text);
      EXPECT_EQ(each.report.how, How::Header);
      EXPECT_EQ(each.report.reason, "signed");
      EXPECT_EQ(each.after, text);
    }
  }
}

TEST_F(Checklist, Item16_EncryptedMessagesKeepEveryOctetAndAreNeverWrapped) {
  std::vector<std::string> entities{
      multipart("encrypted",
                {entity("Content-Type: application/pgp-encrypted\r\n", "Version: 1\r\n"),
                 entity("Content-Type: application/octet-stream\r\n", "-----BEGIN PGP MESSAGE-----\r\n")},
                "; protocol=\"application/pgp-encrypted\"")};
  for (const std::string kind :
       {"enveloped-data", "signed-data", "authEnveloped-data", "compressed-data", "certs-only"}) {
    entities.push_back(media_entity("application/pkcs7-mime; smime-type=" + kind, "0x"));
    entities.push_back(media_entity("application/x-pkcs7-mime; smime-type=" + kind, "0x"));
  }
  entities.push_back(media_entity("application/pkcs7-mime", "0x"));
  // By its name alone (RFC 8551, section 3.8).
  entities.push_back(media_entity("application/octet-stream; name=smime.P7M", "0x"));
  entities.push_back(
      media_entity("application/octet-stream", "0x", "Content-Disposition: attachment; filename=\"smime.p7z\"\r\n"));
  for (const auto& one : entities) {
    const auto each = sign(message(one));
    EXPECT_EQ(each.report.how, How::Header);
    EXPECT_EQ(each.report.reason, "encrypted");
    EXPECT_EQ(each.after, message(one));
  }
}

TEST_F(Checklist, Item17_PgpInlineIsKeptAndAKeyAloneIsNot) {
  const std::string locked[] = {
      "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nwords\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n"
      "-----END PGP SIGNATURE-----\r\n",
      "Hello,\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----\r\n"};
  // Whatever octets stand for these words, and in a page too.
  const std::string utf16 = mime::encode_base64(mime::from_utf8("utf-16", locked[1]).value());
  for (const auto& whole :
       {message(entity("Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n", utf16)),
        message(text_entity("<pre>" + locked[0] + "</pre>\r\n", "text/html; charset=utf-8"))}) {
    EXPECT_EQ(sign(whole).report.reason, "pgp-inline");
    EXPECT_EQ(sign(whole).after, whole);
  }
  for (const auto& text : locked) {
    for (const auto& whole :
         {message(text_entity(text)), message(multipart("mixed", {text_entity("see below\r\n"), text_entity(text)}))}) {
      const auto each = sign(whole);
      EXPECT_EQ(each.report.how, How::Header);
      EXPECT_EQ(each.report.reason, "pgp-inline");
      EXPECT_EQ(each.after, whole);
    }
  }
  keep("T");
  const std::string key = message(text_entity(
      "My key:\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nx\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n"));
  const auto each = sign(key);
  EXPECT_EQ(each.report.how, How::Edit);
  EXPECT_EQ(each.after, key + "\r\n" + std::string(kBlock));
}

TEST_F(Checklist, Item18_AForwardedMessageIsUnchangedInside) {
  const std::string inner = message(multipart("mixed", {text_entity("inner words\r\n"), wav()}));
  const std::string forwarded = entity("Content-Type: message/rfc822\r\n", inner);
  const auto alone = sign(message(forwarded));
  EXPECT_EQ(alone.tree(),
            "mixed[ related[ alternative[ text/plain, text/html ], image/png ], "
            "message/rfc822[ mixed[ text/plain, audio/wav ] ], audio/wav ]");
  EXPECT_EQ(alone.body(alone.find("message/rfc822")), inner);

  const auto beside = sign(message(multipart("mixed", {text_entity("See below.\r\n"), forwarded})));
  EXPECT_EQ(beside.tree(), "mixed[ text/plain, message/rfc822[ mixed[ text/plain, audio/wav ] ] ]");
  EXPECT_EQ(beside.body(beside.find("message/rfc822")), inner);
  EXPECT_THAT(beside.text(1), HasSubstr(kBlock));
}

TEST_F(Checklist, Item23_ACalendarAnswerIsUntouched) {
  for (const std::string method : {"REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER"}) {
    const std::string calendar =
        text_entity("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=" + method + "; charset=utf-8");
    for (const auto& text :
         {message(calendar), message(multipart("alternative", {text_entity("I come.\r\n"), calendar}))}) {
      const auto each = sign(text);
      EXPECT_EQ(each.report.how, How::Untouched) << method;
      EXPECT_EQ(each.after, text);
    }
  }
}

TEST_F(Checklist, Item32_EveryMalformedMessageKeepsItsOctets) {
  const std::string plain = text_entity("Hello.\r\n");
  const std::string sound = message(multipart("mixed", {plain, wav()}));
  const auto with_field = [&](std::string_view field) {
    std::string text = sound;
    return text.insert(text.find("\r\n\r\n") + 2, std::string(field) + "\r\n");
  };
  const auto with = [&](std::string_view octets) {
    std::string text = sound;
    return text.insert(text.find("Hello."), octets);
  };
  const auto bounded = [](const std::string& parameter, const std::string& boundary,
                          const std::string& part = "\r\nx\r\n") {
    return message(entity("Content-Type: multipart/mixed; boundary=" + parameter + "\r\n",
                          "--" + boundary + "\r\n" + part + "--" + boundary + "--\r\n"));
  };
  EXPECT_EQ(sign(bounded("b", "b")).report.how, How::Append);
  std::string deep = plain;
  for (int i = 0; i < 40; ++i) deep = multipart("mixed", {deep});
  std::string many = "Content-Type: multipart/mixed; boundary=m\r\n\r\n";
  for (int i = 0; i < 1001; ++i) many += "--m\r\n\r\nx\r\n";
  const std::pair<std::string, std::string> triggers[] = {
      {"two Content-Type", with_field("Content-Type: text/plain")},
      {"no type", message(entity("Content-Type: plain; charset=x\r\n", "x\r\n"))},
      {"two encodings", with_field("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit")},
      {"no such encoding",
       message(entity("Content-Type: text/plain\r\nContent-Transfer-Encoding: rot13\r\n", "x\r\n"))},
      {"two MIME-Version", with_field("MIME-Version: 1.0")},
      {"MIME-Version is no version", "From: alice@example.org\r\nMIME-Version: one\r\n" + plain},
      {"no boundary", message(entity("Content-Type: multipart/mixed\r\n", "--b\r\n\r\nx\r\n--b--\r\n"))},
      {"long boundary", message(entity("Content-Type: multipart/mixed; boundary=" + std::string(71, 'b') + "\r\n",
                                       "--" + std::string(71, 'b') + "\r\n\r\nx\r\n"))},
      {"comment in the type", message(entity("Content-Type: text (plain)/plain\r\n", "x\r\n"))},
      {"blank before the colon", message(entity("Content-Type : text/html\r\n", "<p>x</p>\r\n"))},
      {"comment in the boundary", bounded("b (or so)", "b")},
      {"quoted pair in the boundary", bounded("\"a\\b\"", "ab")},
      {"folded boundary", bounded("\"a\r\n b\"", "a b")},
      {"boundary in sections", bounded("b; boundary*0=b", "b")},
      {"one boundary twice", bounded("b", "b", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n")},
      {"a boundary that closes another",
       bounded("b", "b", "Content-Type: multipart/mixed; boundary=b--\r\n\r\n--b--\r\n\r\nx\r\n")},
      {"no delimiter", message(entity("Content-Type: multipart/mixed; boundary=b\r\n", "x\r\n"))},
      {"encoded multipart", with_field("Content-Transfer-Encoding: base64")},
      {"encoded message",
       message(entity("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n", "RnJvbTogYQ==\r\n"))},
      {"NUL", with(std::string_view("\0", 1))},
      {"bare CR", with("\r")},
      {"bare LF", with("\n")},
      {"long header line", with_field("X-Long: " + std::string(1000, 'x'))},
      {"long header",
       [&] {
         std::string fields;
         while (fields.size() < 257 * 1024) fields += "X: " + std::string(900, 'x') + "\r\n";
         return with_field(fields.substr(0, fields.size() - 2));
       }()},
      {"too deep", message(deep)},
      {"too many parts", message(many + "--m--\r\n")},
      {"not base64",
       message(entity("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n", "!!no!!\r\n"))},
  };
  EXPECT_EQ(sign(sound).report.kinds(), "text:image:voice");  // without the trigger it is signed
  for (const auto& [name, text] : triggers) {
    const auto each = sign(text);
    EXPECT_EQ(each.report.how, How::Header) << name;
    EXPECT_EQ(each.report.reason, "malformed") << name;
    EXPECT_TRUE(each.after == text) << name;
  }
}

}  // namespace
}  // namespace paraph::checklist
