#include "media/voice/g726.h"

#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

// Last, for telephony.h makes macros of lrint() and lrintf(); and in this order, for the others do not ask for what
// they need.
// clang-format off
#include <spandsp/telephony.h>
#include <spandsp/bit_operations.h>
#include <spandsp/g711.h>
#include <spandsp/g726.h>
// clang-format on

namespace paraph::media::voice {
namespace {

constexpr int kBitsPerSecond = 32'000;
constexpr float kFullScale = 32'768;

struct Free {
  void operator()(g726_state_t* state) const { g726_free(state); }
};
using State = std::unique_ptr<g726_state_t, Free>;

/// `encoding`: of the samples.
Result<State> begin(int encoding) {
  State state(g726_init(nullptr, kBitsPerSecond, encoding, G726_PACKING_RIGHT));
  if (!state) return fail(Code::Unavailable, "the recording could not be coded as G.726: out of memory");
  return state;
}

/// What is past full scale comes out of spandsp without its highest bits. Its mu-law is held there, and else within
/// two of its largest steps of the same sound.
std::int16_t within_scale(std::int16_t sample, std::int16_t by_mu_law) {
  constexpr int kTwoSteps = 2'048;
  using Limits = std::numeric_limits<std::int16_t>;
  if (std::abs(sample - by_mu_law) <= kTwoSteps) return sample;
  return by_mu_law > 0 ? Limits::max() : Limits::min();
}

}  // namespace

Result<std::string> encode_g726(std::span<const std::int16_t> samples) {
  PARAPH_TRY(const auto state, begin(G726_ENCODING_LINEAR));
  std::string octets((samples.size() + 1) / kG726SamplesInOctet, '\0');
  auto* out = reinterpret_cast<std::uint8_t*>(octets.data());
  const int got = g726_encode(state.get(), out, samples.data(), static_cast<int>(samples.size()));
  if (samples.size() % kG726SamplesInOctet != 0) {
    constexpr std::int16_t kSilent = 0;
    g726_encode(state.get(), out + got, &kSilent, 1);
  }
  return octets;
}

Result<Pcm> decode_g726(std::string_view octets) {
  PARAPH_TRY(const auto state, begin(G726_ENCODING_LINEAR));
  PARAPH_TRY(const auto other, begin(G726_ENCODING_ULAW));
  Pcm pcm{.samples = {}, .rate = kG726Rate};
  pcm.samples.reserve(octets.size() * kG726SamplesInOctet);
  for (const char one : octets) {
    const auto octet = static_cast<std::uint8_t>(one);
    std::array<std::int16_t, kG726SamplesInOctet> samples{};
    std::array<std::int16_t, kG726SamplesInOctet> mu_law{};  // octets, in the first half
    g726_decode(state.get(), samples.data(), &octet, 1);
    g726_decode(other.get(), mu_law.data(), &octet, 1);
    const auto* law = reinterpret_cast<const std::uint8_t*>(mu_law.data());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto sample = within_scale(samples[i], ulaw_to_linear(law[i]));
      pcm.samples.push_back(static_cast<float>(sample) / kFullScale);
    }
  }
  return pcm;
}

}  // namespace paraph::media::voice
