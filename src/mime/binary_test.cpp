#include "mime/binary.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "mime/base64.h"

namespace paraph::mime {
namespace {

std::string converted(std::string_view message) {
  BinaryToBase64 binary;
  std::string out = binary.feed(message);
  return out + binary.finish();
}

TEST(BinaryToBase64, OnlyBinaryLeavesChange) {
  struct Case {
    std::string message, result;
  };
  const std::string other = "Subject: x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xFF\r\n";
  const std::string bare = "Subject: x\r\n\r\na\rb\nc";
  for (const auto& [message, result] : {
           Case{other, other},
           Case{bare, bare},
           Case{"", ""},
           Case{"content-transfer-encoding:\r\n binary\r\nA: b\r\n\r\na\rb\n",
                "Content-Transfer-Encoding: base64\r\nA: b\r\n\r\nYQ1iCg==\r\n"},
           Case{"Content-Transfer-Encoding: binary\r\nContent-Transfer-Encoding: 7bit\r\n\r\n",
                "Content-Transfer-Encoding: base64\r\n\r\n"},
           Case{"Content-Transfer-Encoding: binary\r\n", "Content-Transfer-Encoding: base64\r\n"},
           Case{"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: "
                "binary\r\n\r\npre\r\n--b\r\n\r\ntext\r\n"
                "--b\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: BINARY "
                "(raw)\r\n\r\n#!AMR\n\r\n--b--\r\nend",
                "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: "
                "8bit\r\n\r\npre\r\n--b\r\n\r\ntext\r\n"
                "--b\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n\r\nIyFBTVIK\r\n--b--\r\nend"},
           Case{"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\nSubject: in\r\n"
                "Content-Transfer-Encoding: binary\r\n\r\n\n",
                "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: in\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\nCg==\r\n"},
       }) {
    EXPECT_EQ(converted(message), result) << message;
    for_every_split(message, [&](const std::vector<std::string>& pieces) {
      BinaryToBase64 binary;
      std::string out;
      for (const auto& piece : pieces) out += binary.feed(piece);
      ASSERT_EQ(out + binary.finish(), result) << message;
    });
  }
}

std::string recording(std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>((i * i + i / 251) & 0xFF);
  return out;
}

TEST(BinaryToBase64, OctetsOfAnyLengthStayWhatTheyWere) {
  const std::string header = "Content-Type: audio/wav\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  for (const std::size_t bytes : {1, 2, 3, 56, 57, 58, 113, 114, 115, 1000, 300'000}) {
    const std::string audio = recording(bytes);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{57}, std::size_t{1000}, std::size_t{65'536}}) {
      if (bytes > 1000 && piece < 1000) continue;
      const std::string message = header + audio;
      BinaryToBase64 binary;
      std::string out;
      for (std::size_t at = 0; at < message.size(); at += piece) out += binary.feed(message.substr(at, piece));
      out += binary.finish();
      const auto body = out.substr(out.find("\r\n\r\n") + 4);
      ASSERT_EQ(body, encode_base64(audio)) << bytes;
    }
  }
}

TEST(BinaryToBase64, WhatIsHeldIsBounded) {
  BinaryToBase64 binary;
  std::string in = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  std::string out = binary.feed(in);
  const std::string preamble(100'000, 'x');
  for (int i = 0; i < 20; ++i) {
    in += preamble + "\r\n";
    out += binary.feed(preamble + "\r\n");
    ASSERT_LT(in.size() - out.size(), 700'000U);
  }
  EXPECT_EQ(out + binary.finish(), in);
}

TEST(BinaryToBase64, ALongHeaderIsLeftAloneWithItsBody) {
  const std::string message = "Content-Transfer-Encoding: binary\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n\xFF\n";
  EXPECT_EQ(converted(message), message);
}

}  // namespace
}  // namespace paraph::mime
