#include "media/voice/g726.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace paraph::media::voice {
namespace {

/// A saw that glides from 100 to 200 Hz and swells ten times a second, as a voice does; in whole numbers, so that it is
/// the same everywhere. Its loudest samples are 400 times `loudness`.
std::vector<std::int16_t> saw(int loudness, int count = 16'000) {
  std::vector<std::int16_t> samples;
  int period = 80;
  for (int i = 0, at = 0; i < count; ++i) {
    if (at == 0) period = 80 - i / 400;
    const int swell = std::min(i % 800, 800 - i % 800);
    const int height = 2'000 * at / period - 1'000;
    samples.push_back(static_cast<std::int16_t>(height * swell * loudness / 1'000));
    at = (at + 1) % period;
  }
  return samples;
}

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view octets) {
  std::uint64_t value = 14'695'981'039'346'656'037U;
  for (const char one : octets) value = (value ^ static_cast<std::uint8_t>(one)) * 1'099'511'628'211U;
  return value;
}

std::vector<std::int16_t> decoded(std::string_view octets) {
  std::vector<std::int16_t> samples;
  for (const float sample : decode_g726(octets)->samples) {
    samples.push_back(static_cast<std::int16_t>(std::lround(sample * 32'768)));
  }
  return samples;
}

/// In octets that the reference program of ITU-T G.191 decodes to the very samples whose hash stands here. A coder and
/// a decoder that are near it, as FFmpeg's, give others from the third octet and the fourteenth sample on.
TEST(G726, IsCodedAndDecodedToTheBit) {
  const auto octets = encode_g726(saw(20));
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->size(), 8'000U);
  EXPECT_EQ(hash(*octets), 0x2d67bc7c02cffb0eU);
  const auto samples = decoded(*octets);
  EXPECT_EQ(hash({reinterpret_cast<const char*>(samples.data()), samples.size() * sizeof(std::int16_t)}),
            0x29de03e576c1a654U);
  EXPECT_EQ(decode_g726(*octets)->rate, kG726Rate);
}

TEST(G726, WhatIsTooLoudIsHeldAtFullScale) {
  // The largest steps up, and down: after ten of them there is no room left.
  const auto up = decoded(std::string(9, '\x77'));
  const auto down = decoded(std::string(9, '\x88'));
  for (std::size_t i = 0; i < 18; ++i) {
    EXPECT_GT(up[i], 0) << "at sample " << i;
    EXPECT_LT(down[i], 0) << "at sample " << i;
  }
  EXPECT_EQ(up[11], 32'767);
  EXPECT_EQ(down[11], -32'768);
}

TEST(G726, TheFirstSampleIsInTheLowHalf) {
  // What rises from silence is coded as 7, the most; what falls, as 8.
  const std::vector<std::int16_t> samples{8'000, -8'000};
  EXPECT_EQ(*encode_g726(samples), "\x87");
}

TEST(G726, AnOddSampleHasAnOctet) {
  EXPECT_EQ(encode_g726(saw(20, 1))->size(), 1U);
  EXPECT_EQ(encode_g726(saw(20, 161))->size(), 81U);
  EXPECT_EQ(*encode_g726({}), "");
}

TEST(G726, AnyOctetsAreARecording) {
  EXPECT_EQ(decode_g726(std::string(100, '\xff'))->samples.size(), 200U);
  EXPECT_TRUE(decode_g726("")->samples.empty());
}

}  // namespace
}  // namespace paraph::media::voice
