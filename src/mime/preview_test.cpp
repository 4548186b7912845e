#include "mime/preview.h"

#include <gtest/gtest.h>

#include "mime/scan.h"

namespace paraph::mime {
namespace {

std::string part(std::string_view type, std::string_view voice, std::string_view duration) {
  std::string out = "--B\r\nContent-Type: " + std::string(type) + "\r\n";
  if (!voice.empty()) out += "Content-Disposition: inline; voice=" + std::string(voice) + "\r\n";
  if (!duration.empty()) out += "Content-Duration: " + std::string(duration) + "\r\n";
  return out + "\r\nx\r\n";
}

mail::Structure mixed(std::string_view parts) {
  return scan("Content-Type: multipart/mixed; boundary=B\r\n\r\n" + std::string(parts) + "--B--\r\n");
}

TEST(MainAudio, IsTheRecordingAndNotTheSignature) {
  EXPECT_EQ(find_main_audio(mixed(part("text/plain", "", "") + part("audio/amr", "", ""))), 2u);
  EXPECT_EQ(find_main_audio(mixed(part("audio/amr", "Originator-Spoken-Name", "") + part("audio/amr", "", ""))), 2u);
  EXPECT_EQ(find_main_audio(mixed(part("audio/amr", "", "") + part("audio/wav", "voice-message", ""))), 2u);
  EXPECT_EQ(find_main_audio(mixed(part("audio/amr", "Spoken-Subject", ""))), mail::kNoPart);
  EXPECT_EQ(find_main_audio(scan("A: 1\r\n\r\n")), mail::kNoPart);
  EXPECT_EQ(find_main_audio(scan("Content-Type: audio/amr\r\n\r\n")), 0u);
  EXPECT_EQ(find_main_audio(scan("Content-Type: message/rfc822\r\n\r\nContent-Type: audio/amr\r\n\r\n")),
            mail::kNoPart);
}

TEST(Duration, OfTheMessageElseOfTheRecording) {
  const auto structure = mixed(part("audio/amr", "Originator-Spoken-Name", "3") + part("audio/amr", "", "12"));
  EXPECT_EQ(duration_of(structure, "Content-Duration: 30\r\n\r\n"), 30u);
  EXPECT_EQ(duration_of(structure, "Content-Duration: soon\r\n\r\n"), 12u);
  EXPECT_EQ(duration_of(structure, "\r\n"), 12u);
  EXPECT_EQ(duration_of(mixed(part("text/plain", "", "5")), "\r\n"), std::nullopt);
}

}  // namespace
}  // namespace paraph::mime
