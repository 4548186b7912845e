#include "media/voice/level.h"

#include <ebur128.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <memory>
#include <numbers>
#include <span>

#include "media/media.h"

namespace paraph::media::voice {
namespace {

constexpr double kSilence = -60;          ///< dBFS: what is softer is never voice
constexpr double kSoftestOfLoudest = 40;  ///< dB below the loudest moment: nor is this
constexpr std::uint32_t kFrameMs = 10;
constexpr std::uint32_t kBreathBeforeMs = 50;
constexpr std::uint32_t kBreathAfterMs = 150;
constexpr double kGainMax = 30;  ///< dB: more would only lift noise
constexpr std::uint32_t kLimiterMs = 5;

double decibels(double amplitude) { return 20 * std::log10(std::max(amplitude, 1e-9)); }
double amplitude(double decibels) { return std::pow(10, decibels / 20); }

double rms(std::span<const float> samples) {
  double sum = 0;
  for (const float s : samples) sum += static_cast<double>(s) * s;
  return samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size()));
}

std::size_t samples_of(const Pcm& pcm, std::uint32_t milliseconds) {
  return std::size_t{pcm.rate} * milliseconds / 1000;
}

/// Integrated loudness, LUFS. It is made of blocks of 400 ms: what is shorter is heard again and again until it has
/// some.
double loudness(const Pcm& pcm) {
  struct Free {
    void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
  };
  const std::unique_ptr<ebur128_state, Free> state(ebur128_init(1, pcm.rate, EBUR128_MODE_I));
  if (!state || pcm.samples.empty()) return -HUGE_VAL;
  for (std::size_t fed = 0; fed < std::max(pcm.samples.size(), std::size_t{pcm.rate}); fed += pcm.samples.size())
    ebur128_add_frames_float(state.get(), pcm.samples.data(), pcm.samples.size());
  double whole = -HUGE_VAL;
  return ebur128_loudness_global(state.get(), &whole) == EBUR128_SUCCESS ? whole : -HUGE_VAL;
}

/// Of each value, the least within `reach` on both sides.
std::vector<float> least_around(const std::vector<float>& values, std::size_t reach) {
  std::vector<float> out(values.size());
  std::deque<std::size_t> candidates;  // indices, their values rising
  for (std::size_t i = 0; i < values.size() + reach; ++i) {
    if (i < values.size()) {
      while (!candidates.empty() && values[candidates.back()] >= values[i]) candidates.pop_back();
      candidates.push_back(i);
    }
    if (i < reach) continue;
    while (candidates.front() + 2 * reach < i) candidates.pop_front();
    out[i - reach] = values[candidates.front()];
  }
  return out;
}

/// Holds peaks at `ceiling`: the gain falls and rises slowly enough not to be heard. Each gain is a mean of such that
/// would all do for this sample, so it does too.
void limit(std::vector<float>& samples, float ceiling, std::size_t reach) {
  std::vector<float> gains(samples.size(), 1);
  bool over = false;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const float size = std::abs(samples[i]);
    if (size <= ceiling) continue;
    gains[i] = ceiling / size;
    over = true;
  }
  if (!over) return;
  gains = least_around(gains, reach);
  double sum = 0;
  for (std::size_t i = 0; i < samples.size() + reach; ++i) {
    if (i < samples.size()) sum += static_cast<double>(gains[i]);
    if (i < reach) continue;
    const std::size_t at = i - reach;
    const std::size_t first = at > reach ? at - reach : 0;
    const std::size_t last = std::min(i, samples.size() - 1);
    samples[at] *= static_cast<float>(sum / static_cast<double>(last - first + 1));
    if (at >= reach) sum -= static_cast<double>(gains[at - reach]);
  }
  for (auto& s : samples) s = std::clamp(s, -ceiling, ceiling);  // rounding
}

/// How much of a frequency is in there: amplitude squared.
double power_at(std::span<const float> samples, double frequency, double rate) {
  const double step = 2 * std::cos(2 * std::numbers::pi * frequency / rate);
  double last = 0;
  double before = 0;
  for (const float s : samples) {
    const double next = static_cast<double>(s) + step * last - before;
    before = last;
    last = next;
  }
  const double count = static_cast<double>(samples.size());
  return (last * last + before * before - step * last * before) * 4 / (count * count);
}

bool is_key(std::span<const float> samples, double rate) {
  constexpr std::array kLow{697.0, 770.0, 852.0, 941.0};
  constexpr std::array kHigh{1209.0, 1336.0, 1477.0, 1633.0};
  const double level = rms(samples);
  if (decibels(level) < -45) return false;
  const auto most = [&](const auto& frequencies) {
    double power = 0;
    for (const double frequency : frequencies) power = std::max(power, power_at(samples, frequency, rate));
    return power;
  };
  const double low = most(kLow);
  const double high = most(kHigh);
  // Two sines have half their powers' sum as mean square. Neither may be over 8 dB softer than the other.
  return (low + high) / 2 > 0.75 * level * level && low < 6.3 * high && high < 6.3 * low;
}

}  // namespace

Result<void> trim(Pcm& pcm) {
  const std::size_t frame = samples_of(pcm, kFrameMs);
  std::vector<double> levels;
  for (std::size_t at = 0; at < pcm.samples.size(); at += frame) {
    const std::span<const float> rest(pcm.samples.data() + at, pcm.samples.size() - at);
    levels.push_back(decibels(rms(rest.first(std::min(frame, rest.size())))));
  }
  const double loudest = levels.empty() ? -HUGE_VAL : *std::ranges::max_element(levels);
  if (loudest < kSilence)
    return fail(Code::BadInput, fmt::format("the recording is silent: nothing in it is louder than {} dBFS", kSilence));
  const double least = std::max(kSilence, loudest - kSoftestOfLoudest);
  const auto is_voice = [&](double level) { return level >= least; };
  const auto first = static_cast<std::size_t>(std::ranges::find_if(levels, is_voice) - levels.begin());
  const auto after =
      static_cast<std::size_t>(std::find_if(levels.rbegin(), levels.rend(), is_voice).base() - levels.begin());
  const std::size_t before = samples_of(pcm, kBreathBeforeMs);
  const std::size_t begin = first * frame > before ? first * frame - before : 0;
  const std::size_t end = std::min(after * frame + samples_of(pcm, kBreathAfterMs), pcm.samples.size());
  pcm.samples.resize(end);
  pcm.samples.erase(pcm.samples.begin(), pcm.samples.begin() + static_cast<std::ptrdiff_t>(begin));
  return {};
}

void normalise(Pcm& pcm) {
  // The second time makes up for what the limiter took: a click may have counted for much of what was measured.
  for (int pass = 0; pass < 2; ++pass) {
    const double now = loudness(pcm);
    if (!std::isfinite(now)) return;
    const auto gain = static_cast<float>(amplitude(std::min(kLoudness - now, kGainMax)));
    for (auto& s : pcm.samples) s *= gain;
    limit(pcm.samples, static_cast<float>(amplitude(kPeak)), samples_of(pcm, kLimiterMs));
  }
}

std::string waveform(const Pcm& pcm) {
  std::string points;
  const std::size_t count = pcm.samples.size();
  for (std::size_t i = 0; i < kWaveformPoints; ++i) {
    float peak = 0;
    const std::size_t end = (i + 1) * count / kWaveformPoints;
    for (std::size_t at = i * count / kWaveformPoints; at < end; ++at) peak = std::max(peak, std::abs(pcm.samples[at]));
    points += static_cast<char>(static_cast<unsigned char>(std::lround(std::min(peak, 1.0F) * 255)));
  }
  return points;
}

bool has_telephone_keys(const Pcm& pcm) {
  const std::size_t frame = samples_of(pcm, 20);
  int frames = 0;
  for (std::size_t at = 0; at + frame <= pcm.samples.size(); at += frame) {
    frames = is_key(std::span(pcm.samples).subspan(at, frame), pcm.rate) ? frames + 1 : 0;
    if (frames == 3) return true;
  }
  return false;
}

}  // namespace paraph::media::voice
