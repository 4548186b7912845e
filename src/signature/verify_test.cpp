#include "signature/verify.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "mime/header.h"
#include "signature/testing.h"

namespace paraph::signature {
namespace {

constexpr std::string_view kFrom = "alice@example.org";
constexpr std::string_view kMessageId = "<m@x>";
const FieldKey kKey{.id = "k1", .secret = std::string(32, 's')};

std::optional<std::string> find_secret(std::string_view, std::string_view key_id) {
  return key_id == kKey.id ? std::optional(kKey.secret) : std::nullopt;
}

const std::string kTop = "From: Alice <alice@example.org>\r\nMessage-ID: <m@x>\r\nMIME-Version: 1.0\r\n";
const std::string kAlternative =
    "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
    "--b\r\nContent-Type: text/html; charset=us-ascii\r\n\r\n<p>Hello</p>\r\n--b--\r\n";

class Verify : public testing::Test {
 protected:
  /// Signed, with the field on top.
  std::string sign(const std::string& message) {
    const Attached attached = world.attach(message, signature);
    field = format_paraph_signature(attached.report, signature, kFrom, kMessageId, "example.org", kKey, 1795000000);
    return field + world.text(attached.rope);
  }

  Message load(const std::string& text) {
    Message message = world.receive(text);
    const auto header = message.structure.root().header;
    message.octets.emplace(header, text.substr(header.begin, header.size()));
    return message;
  }

  /// What a receiving server finds, once DKIM has vouched for the header.
  bool verified(const std::string& text) {
    Message message = load(text);
    const auto says = read_only_field(message.octets.begin()->second);
    if (!says) return false;
    for (const auto& range : octets_to_check(message.rope, message.structure, *says))
      message.octets.emplace(range, text.substr(range.begin, range.size()));
    return check_content(message, *says);
  }

  TestWorld world;
  mail::Signature signature = test_signature(world);
  std::string field;
};

TEST_F(Verify, WhatWasAttachedIsFound) {
  signature.text += "\nB\u00FCro";
  signature.html += "B\u00FCro";
  const std::vector<std::string> messages{
      kAlternative,
      "Content-Type: audio/AMR\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJDRA==\r\n",
      "Content-Type: text/plain\r\n\r\nHello\r\n",
      "Content-Type: text/plain; format=flowed\r\n\r\nHello \r\n",
      "Content-Type: text/html; charset=iso-8859-1\r\n\r\n<html><body>x</body></html>",
      "Content-Type: multipart/voice-message; version=2.0; boundary=v\r\n\r\n--v\r\nContent-Type: "
      "audio/AMR\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJDRA==\r\n--v--\r\n"};
  for (const auto& message : messages) {
    const std::string text = sign(kTop + message);
    EXPECT_TRUE(verified(text)) << text;
  }
}

TEST_F(Verify, WhatFollowsAForwardedMessageIsTheAuthorsOwn) {
  const std::string forwarded =
      "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n"
      "From: carol@example.net\r\nContent-Type: multipart/mixed; "
      "boundary=n\r\n\r\n--n\r\n\r\nTheirs\r\n--n--\r\n\r\n--m\r\n";
  const std::string text = sign(kTop + forwarded + kAlternative + "--m--\r\n");
  EXPECT_NE(text.find("<p>Hello</p>\r\n<div class=\"paraph-signature\""), std::string::npos) << text;
  EXPECT_TRUE(verified(text));
  const std::string sent = text.substr(field.size());
  EXPECT_EQ(world.text(world.attach(sent, signature).rope), sent);
}

TEST_F(Verify, ATextPartOrAPageInAnotherCharsetOrEncodingIsTheSame) {
  std::string text = sign(kTop + kAlternative);
  // A relay encodes the plain text anew.
  const auto at = text.find("charset=utf-8\r\n") + 15;
  text.insert(at, "Content-Transfer-Encoding: quoted-printable\r\n");
  text.replace(text.find("-- \r\n", at), 3, "--=20");
  EXPECT_TRUE(verified(text));
}

TEST_F(Verify, AnyOtherOctetOfTheSignatureIsNoticed) {
  const std::string text = sign(kTop + kAlternative);
  ASSERT_TRUE(verified(text));
  const Message message = load(text);
  const auto spoiled = [&](std::size_t at) {
    std::string other = text;
    other[at] = other[at] == 'x' ? 'y' : 'x';
    return !verified(other);
  };
  const auto each_octet = [&](std::string_view what) {
    const auto begin = text.find(what, field.size());
    ASSERT_NE(begin, std::string::npos);
    for (std::size_t i = begin; i < begin + what.size(); ++i) {
      // The canonical forms do not keep line ends, and how many blanks there are.
      if (std::string_view("\r\n ").find(text[i]) == std::string_view::npos) EXPECT_TRUE(spoiled(i)) << i - begin;
    }
  };
  each_octet("Alice Example\r\nExample & Sons, Voice Street 1");
  each_octet("<div class=\"paraph-signature\" dir=\"auto\"><b>Alice Example</b>");
  for (const auto& part : message.structure.parts) {
    if (!part.id.starts_with("<voice") && !part.id.starts_with("<image")) continue;
    // The bits of the last group that padding leaves over are no octets.
    for (std::uint64_t i = part.body.begin; i < part.body.end - 4; ++i) {
      if (std::isalnum(static_cast<unsigned char>(text[i])) != 0) EXPECT_TRUE(spoiled(i)) << i;
    }
  }
}

TEST_F(Verify, MoreThanWasAttachedIsNoticed) {
  const std::string text = sign(kTop + kAlternative);
  const auto with = [&](std::string_view before, std::string_view what) {
    std::string other = text;
    return other.insert(other.find(before, field.size()), what);
  };
  EXPECT_FALSE(verified(field + text));  // a second field
  EXPECT_FALSE(verified(with("Content-ID: <voice", "Content-ID: <other@x>\r\n")));
  EXPECT_FALSE(verified(with("<br>Example &amp;", "<svg></svg>")));
  EXPECT_FALSE(verified(with(" dir=\"auto\"", " style=\"display:none\"")));
  EXPECT_FALSE(verified(with("Example & Sons", "Call 0900 1234 now\r\n")));
  // A second part of the same name: which of them is the signature?
  const auto end = text.rfind("\r\n--=_prph_");
  const auto begin = text.rfind("\r\n--=_prph_", end - 1);
  std::string twice = text;
  EXPECT_FALSE(verified(twice.insert(end, text.substr(begin, end - begin))));
  // And without it.
  std::string without = text;
  EXPECT_FALSE(verified(without.erase(begin, end - begin)));
}

TEST_F(Verify, AFieldOfNothingVouchesForNothing) {
  signature = {};
  const std::string text = sign(kTop + kAlternative);
  EXPECT_NE(text.find("m=none"), std::string::npos);
  EXPECT_FALSE(verified(text));
  EXPECT_TRUE(find_genuine_fields(field, kFrom, kMessageId, find_secret).empty());
}

TEST_F(Verify, AnHtmlInTheClientsOwnMarkupIsPresentAndNotVouchedFor) {
  signature.image.reset();
  signature.voice.clear();
  const std::string text = sign(kTop +
                                "Content-Type: text/html\r\n\r\n<p><span>Alice</span> Example</p><p>Example &amp; "
                                "Sons, Voice Street 1</p>\r\n");
  EXPECT_NE(field.find("m=none; w=present"), std::string::npos) << field;
}

TEST_F(Verify, ClientsKeepAGenuineFieldOnly) {
  const std::string text = sign(kTop + kAlternative);
  const auto header = [](const std::string& message) { return message.substr(0, message.find("\r\n\r\n") + 4); };
  const auto genuine = [&](const std::string& message, std::string_view from = kFrom) {
    return find_genuine_fields(header(message), from, kMessageId, find_secret).size();
  };
  EXPECT_EQ(genuine(text), 1u);
  EXPECT_EQ(genuine(text, "mallory@example.org"), 0u);
  EXPECT_EQ(genuine("Paraph-Signature: v=1; a=hmac-sha256; s=k1; m=text; t=1; b=AAAA\r\n" + text), 1u);

  Message message = load("Paraph-Signature: v=1; forged\r\n" + text);
  const auto found = find_genuine_fields(message.octets.begin()->second, kFrom, kMessageId, find_secret);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].index, 1u);
  EXPECT_EQ(strip_foreign_fields(message, found[0].index), 1u);
  EXPECT_TRUE(world.text(message.rope) == text);
  // The same field over another body.
  Message other = load(field + kTop + kAlternative);
  EXPECT_FALSE(check_content(other, found[0].says));
}

}  // namespace
}  // namespace paraph::signature
