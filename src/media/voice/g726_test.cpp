#include "media/voice/g726.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace paraph::media::voice {
namespace {

/// A buzz that glides from 100 to 250 Hz and swells ten times a second, as a loud voice does.
std::vector<std::int16_t> buzz(std::size_t count) {
  std::vector<std::int16_t> samples(count);
  double phase = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) / static_cast<double>(count);
    phase += 2 * std::numbers::pi * (100 + 150 * at) / kG726Rate;
    const double swell = 0.5 - 0.5 * std::cos(20 * std::numbers::pi * static_cast<double>(i) / kG726Rate);
    double value = 0;
    for (int overtone = 1; overtone <= 12; ++overtone) value += std::sin(overtone * phase) / overtone;
    samples[i] = static_cast<std::int16_t>(12'000 * swell * value);
  }
  return samples;
}

TEST(G726, EveryTenthOfASecondSoundsAsItWasSpoken) {
  const auto spoken = buzz(16'000);
  const auto octets = encode_g726(spoken);
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->size(), spoken.size() / 2);
  const auto heard = decode_g726(*octets);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->rate, kG726Rate);
  ASSERT_EQ(heard->samples.size(), spoken.size());
  for (std::size_t from = 0; from < spoken.size(); from += 800) {
    double sound = 0;
    double noise = 0;
    for (std::size_t i = from; i < from + 800; ++i) {
      const double wanted = spoken[i] / 32'768.0;
      sound += wanted * wanted;
      noise += std::pow(static_cast<double>(heard->samples[i]) - wanted, 2);
    }
    EXPECT_LT(noise, sound / 15) << "from sample " << from;
  }
}

TEST(G726, TheFirstSampleIsInTheLowHalf) {
  // What rises from silence is coded as 7, the most; what falls, as 8.
  const std::vector<std::int16_t> samples{8'000, -8'000};
  EXPECT_EQ(*encode_g726(samples), "\x87");
}

TEST(G726, AnOddSampleHasAnOctet) {
  EXPECT_EQ(encode_g726(buzz(1))->size(), 1U);
  EXPECT_EQ(encode_g726(buzz(161))->size(), 81U);
  EXPECT_EQ(*encode_g726({}), "");
}

TEST(G726, AnyOctetsAreARecording) {
  EXPECT_EQ(decode_g726(std::string(100, '\xff'))->samples.size(), 200U);
  EXPECT_TRUE(decode_g726("")->samples.empty());
}

}  // namespace
}  // namespace paraph::media::voice
