#include "app/client/save.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace paraph::client {
namespace {

using testing::ElementsAre;

constexpr std::string_view kMessage =
    "From: alice@example.test\r\n"
    "Paraph-Signature: v=1; m=text:image:voice; p=image.1@sig.example.test:voice.1@sig.example.test\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\n"
    "\r\n"
    "hello\r\n"
    "--b\r\n"
    "Content-Type: audio/AMR\r\n"
    "Content-Disposition: inline; voice=Voice-Message; filename=\"message.amr\"\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "IyFBTVIK\r\n"
    "--b\r\n"
    "Content-Type: image/png\r\n"
    "Content-ID: <image.1@sig.example.test>\r\n"
    "Content-Disposition: inline; filename=\"signature.png\"\r\n"
    "\r\n"
    "png\r\n"
    "--b\r\n"
    "Content-Type: audio/AMR\r\n"
    "Content-Disposition: inline; voice=Originator-Spoken-Name; filename=\"signature.amr\"\r\n"
    "\r\n"
    "who\r\n"
    "--b--\r\n";

std::vector<std::string> names(std::string_view message) {
  std::vector<std::string> found;
  for (const auto& part : parts_of(message)) found.push_back(part.name);
  return found;
}

/// A message with one attachment of this name for each.
std::string attached(const std::vector<std::string>& file_names) {
  std::string message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (const auto& name : file_names)
    message += "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"" + name +
               "\"\r\n\r\nx\r\n";
  return message + "--b--\r\n";
}

TEST(Save, PartsHaveTheirNames) {
  EXPECT_THAT(names(kMessage), ElementsAre("part-1.txt", "message.amr", "signature-image.png", "signature-voice.amr"));
  const auto parts = parts_of(kMessage);
  EXPECT_EQ(parts[1].octets, "#!AMR\n");
  EXPECT_FALSE(parts[1].is_signature);
  EXPECT_TRUE(parts[2].is_signature);
  EXPECT_TRUE(parts[3].is_signature);
}

TEST(Save, HostileNamesAreTamed) {
  EXPECT_THAT(names(attached({"../../etc/passwd", "/abs", "..", ".bashrc", "message.eml", "MESSAGE.EML", "a.txt",
                              "A.txt", "signature-voice.amr", "-rf"})),
              ElementsAre("_.._etc_passwd", "_abs", "part-3.bin", "bashrc", "message-2.eml", "MESSAGE-3.EML", "a.txt",
                          "A-2.txt", "part-signature-voice.amr", "rf"));
  EXPECT_EQ(names(attached({std::string(5000, 'x')})).front().size(), 100u);
}

TEST(Save, AMessageWithinIsOneFile) {
  constexpr std::string_view message =
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
      "message/rfc822\r\n\r\n"
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\ninner\r\n--c--\r\n--b--\r\n";
  EXPECT_THAT(names(message), ElementsAre("part-1.eml"));
}

TEST(Save, WritesEachFile) {
  const std::filesystem::path folder = testing::TempDir() + "paraph_save_test/deep";
  std::filesystem::remove_all(folder);
  for (int round = 0; round < 2; ++round) {
    const auto lines = save_message(std::string(kMessage), folder);
    ASSERT_TRUE(lines.has_value()) << lines.error().text;
    EXPECT_EQ(lines->size(), 5u);
    EXPECT_THAT(*lines, testing::Contains("signature-voice.amr  audio/amr, 3 octets, of the signature"));
  }
  std::ifstream file(folder / "message.eml", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), kMessage);
  EXPECT_FALSE(save_message("x", folder / "message.eml").has_value());
  std::filesystem::remove_all(folder.parent_path());
}

}  // namespace
}  // namespace paraph::client
