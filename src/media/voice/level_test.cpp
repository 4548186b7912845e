#include "media/voice/level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "media/media.h"

namespace paraph::media::voice {
namespace {

Pcm silence(double seconds, std::uint32_t rate = 16'000) {
  return {.samples = std::vector<float>(static_cast<std::size_t>(seconds * rate)), .rate = rate};
}

Pcm tone(double seconds, double amplitude, std::initializer_list<double> frequencies, std::uint32_t rate = 16'000) {
  Pcm pcm = silence(seconds, rate);
  for (std::size_t i = 0; i < pcm.samples.size(); ++i) {
    double value = 0;
    for (const double f : frequencies)
      value += amplitude * std::sin(2 * std::numbers::pi * f * static_cast<double>(i) / rate);
    pcm.samples[i] = static_cast<float>(value);
  }
  return pcm;
}

Pcm joined(std::initializer_list<Pcm> parts) {
  Pcm out{.samples = {}, .rate = parts.begin()->rate};
  for (const auto& part : parts) out.samples.insert(out.samples.end(), part.samples.begin(), part.samples.end());
  return out;
}

double peak(const Pcm& pcm) {
  float most = 0;
  for (const float s : pcm.samples) most = std::max(most, std::abs(s));
  return 20 * std::log10(static_cast<double>(most));
}

TEST(Trim, LeavesABreathAtBothEnds) {
  for (const std::uint32_t rate : {8'000u, 16'000u}) {
    Pcm pcm = joined({silence(3, rate), tone(1, 0.1, {300}, rate), silence(2, rate)});
    ASSERT_TRUE(trim(pcm));
    EXPECT_NEAR(pcm.milliseconds(), 1'200, 11);
  }
}

TEST(Trim, KeepsPausesAndWhatHasNoSilence) {
  Pcm pcm = joined({tone(1, 0.1, {300}), silence(2), tone(1, 0.1, {300})});
  ASSERT_TRUE(trim(pcm));
  EXPECT_EQ(pcm.milliseconds(), 4'000u);
}

TEST(Trim, RefusesSilence) {
  for (Pcm pcm : {silence(0), silence(1), tone(1, 0.0005, {300})}) {
    const auto trimmed = trim(pcm);
    ASSERT_FALSE(trimmed);
    EXPECT_EQ(trimmed.error().code, Code::BadInput);
  }
}

TEST(Normalise, BringsSoftAndLoudToOneLevel) {
  // A sine of 1 kHz at -20 dBFS RMS has about -20 LUFS; how short it is makes no difference.
  for (const double amplitude : {0.02, 0.1, 0.9}) {
    for (const double seconds : {0.2, 1.0, 5.0}) {
      Pcm pcm = tone(seconds, amplitude, {1000});
      normalise(pcm);
      double sum = 0;
      for (const float s : pcm.samples) sum += static_cast<double>(s) * s;
      EXPECT_NEAR(10 * std::log10(sum / static_cast<double>(pcm.samples.size())), kLoudness, 1) << amplitude << seconds;
    }
  }
}

TEST(Normalise, HoldsPeaksBack) {
  Pcm pcm = tone(4, 0.005, {400});
  for (const std::size_t at : {0ul, 5'000ul, 30'000ul, pcm.samples.size() - 1}) pcm.samples[at] = 0.9F;
  normalise(pcm);
  EXPECT_LE(peak(pcm), kPeak + 0.01);
  // The rest is as loud as if there were no click.
  double sum = 0;
  for (std::size_t i = 10'000; i < 20'000; ++i) sum += static_cast<double>(pcm.samples[i]) * pcm.samples[i];
  EXPECT_NEAR(10 * std::log10(sum / 10'000), kLoudness, 3);
}

TEST(Waveform, HasTheShape) {
  const auto points = waveform(joined({silence(1), tone(1, 0.5, {300})}));
  ASSERT_EQ(points.size(), kWaveformPoints);
  EXPECT_EQ(points.front(), '\0');
  EXPECT_NEAR(static_cast<unsigned char>(points.back()), 127, 3);
  EXPECT_EQ(waveform(silence(0.001)).size(), kWaveformPoints);
}

TEST(TelephoneKeys, AreHeard) {
  EXPECT_TRUE(has_telephone_keys(joined({silence(1), tone(0.1, 0.2, {770, 1336}), silence(1)})));
  EXPECT_TRUE(has_telephone_keys(tone(0.1, 0.05, {941, 1633}, 8'000)));
  EXPECT_FALSE(has_telephone_keys(tone(0.03, 0.2, {770, 1336}))) << "too short";
  EXPECT_FALSE(has_telephone_keys(tone(1, 0.2, {770})));
  EXPECT_FALSE(has_telephone_keys(tone(1, 0.2, {440, 880})));
  EXPECT_FALSE(has_telephone_keys(silence(1)));
}

}  // namespace
}  // namespace paraph::media::voice
