#include "media/voice/g726.h"

#include <spandsp/telephony.h>
// After the one above: it does not ask itself for what it needs.
#include <spandsp/g726.h>

#include <memory>
#include <vector>

namespace paraph::media::voice {
namespace {

constexpr int kBitsPerSecond = 32'000;
constexpr float kFullScale = 32'768;

struct Free {
  void operator()(g726_state_t* state) const { g726_free(state); }
};
using State = std::unique_ptr<g726_state_t, Free>;

Result<State> begin() {
  State state(g726_init(nullptr, kBitsPerSecond, G726_ENCODING_LINEAR, G726_PACKING_RIGHT));
  if (!state) return fail(Code::Unavailable, "the recording could not be coded as G.726: out of memory");
  return state;
}

}  // namespace

Result<std::string> encode_g726(std::span<const std::int16_t> samples) {
  PARAPH_TRY(const auto state, begin());
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
  PARAPH_TRY(const auto state, begin());
  std::vector<std::int16_t> samples(octets.size() * kG726SamplesInOctet);
  const int got = g726_decode(state.get(), samples.data(), reinterpret_cast<const std::uint8_t*>(octets.data()),
                              static_cast<int>(octets.size()));
  samples.resize(static_cast<std::size_t>(got));
  Pcm pcm{.samples = {}, .rate = kG726Rate};
  pcm.samples.reserve(samples.size());
  for (const std::int16_t sample : samples) pcm.samples.push_back(static_cast<float>(sample) / kFullScale);
  return pcm;
}

}  // namespace paraph::media::voice
