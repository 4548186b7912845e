#include "media/voice/encode.h"

#include <fmt/format.h>
#include <opencore-amrnb/interf_enc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "media/voice/av.h"
#include "media/voice/g726.h"

namespace paraph::media::voice {
namespace {

constexpr std::uint32_t kProfileMsMax = 5'000;   ///< RFC 3801: a spoken name lasts 5 s at the most
constexpr std::uint32_t kTelephoneRate = 8'000;  ///< samples a second, of AMR and of G.726
constexpr int kFrameSamples = 1'024;             ///< where the encoder takes frames of any length

/// How a variant is made by FFmpeg.
struct Coding {
  const char* media_type;
  const char* extension;
  const char* encoder;
  const char* muxer;
  std::uint32_t rate;  ///< samples a second; 0: as the voice has
  int bits_per_second = 0;
  const char* option = nullptr;  ///< of the encoder, with its value
  const char* value = nullptr;
};
constexpr std::array<Coding, 5> kCodings{{
    {"audio/mpeg", "mp3", "libmp3lame", "mp3", 16'000, 32'000},
    {"audio/wav", "wav", "pcm_s16le", "wav", 0},
    {"audio/ogg; codecs=opus", "opus", "libopus", "ogg", 16'000, 24'000, "application", "voip"},
    {"audio/wav; codec=7", "wav", "pcm_mulaw", "wav", 8'000},
    {"audio/basic", "ul", "pcm_mulaw", "mulaw", 8'000},
}};
constexpr Coding kNarrowWav{"audio/wav", "wav", "pcm_s16le", "wav", 8'000};
constexpr std::size_t kAmrPlace = 3;  ///< among the variants

std::unexpected<Error> not_made(const char* what) {
  return fail(Code::Unavailable, fmt::format("the recording could not be made into {}", what));
}

/// The samples at another rate, in the form that the encoder takes: one channel, so planes do not matter.
Result<std::string> converted(const Pcm& pcm, std::uint32_t rate, AVSampleFormat format) {
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext* made = nullptr;
  const int set = swr_alloc_set_opts2(&made, &mono, format, static_cast<int>(rate), &mono, AV_SAMPLE_FMT_FLT,
                                      static_cast<int>(pcm.rate), 0, nullptr);
  const av::Resampler resampler(made);
  if (set < 0 || swr_init(made) < 0) return not_made("another rate");
  const auto sample_bytes = static_cast<std::size_t>(av_get_bytes_per_sample(format));
  // All that comes out, and what the resampler holds back.
  const std::size_t room = pcm.samples.size() * rate / pcm.rate + rate;
  std::string out(room * sample_bytes, '\0');
  const auto* from = reinterpret_cast<const std::uint8_t*>(pcm.samples.data());
  auto* to = reinterpret_cast<std::uint8_t*>(out.data());
  int got = swr_convert(made, &to, static_cast<int>(room), &from, static_cast<int>(pcm.samples.size()));
  if (got < 0) return not_made("another rate");
  to += static_cast<std::size_t>(got) * sample_bytes;
  const int more = swr_convert(made, &to, static_cast<int>(room) - got, nullptr, 0);
  got += std::max(more, 0);
  const std::size_t wanted = pcm.samples.size() * rate / pcm.rate;
  out.resize(std::min(static_cast<std::size_t>(got), wanted) * sample_bytes);
  return out;
}

Result<av::Codec> open_encoder(const Coding& coding, std::uint32_t rate, bool global_header) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(coding.encoder);
  av::Codec codec(encoder == nullptr ? nullptr : avcodec_alloc_context3(encoder));
  if (!codec) return not_made(coding.media_type);
  codec->sample_rate = static_cast<int>(rate);
  codec->sample_fmt = encoder->sample_fmts[0];
  codec->bit_rate = coding.bits_per_second;
  codec->time_base = {1, static_cast<int>(rate)};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_BITEXACT | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
  const AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  av_channel_layout_copy(&codec->ch_layout, &mono);
  if (coding.option != nullptr) av_opt_set(codec->priv_data, coding.option, coding.value, 0);
  if (avcodec_open2(codec.get(), encoder, nullptr) < 0) return not_made(coding.media_type);
  return codec;
}

/// A file that FFmpeg writes, in memory.
class Muxer {
 public:
  Muxer() = default;
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;
  ~Muxer() {
    if (context_ != nullptr && context_->pb != nullptr) (void)take();
    avformat_free_context(context_);
  }
  bool open(const char* name) { return avformat_alloc_output_context2(&context_, nullptr, name, nullptr) >= 0; }
  bool wants_global_header() const { return (context_->oformat->flags & AVFMT_GLOBALHEADER) != 0; }
  bool begin(const AVCodecContext& codec) {
    stream_ = avformat_new_stream(context_, nullptr);
    if (stream_ == nullptr || avcodec_parameters_from_context(stream_->codecpar, &codec) < 0) return false;
    stream_->time_base = codec.time_base;
    context_->flags |= AVFMT_FLAG_BITEXACT;
    if (avio_open_dyn_buf(&context_->pb) < 0) return false;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "id3v2_version", "0", 0);
    const bool begun = avformat_write_header(context_, &options) >= 0;
    av_dict_free(&options);
    return begun;
  }
  bool write(AVPacket& packet, AVRational base) {
    av_packet_rescale_ts(&packet, base, stream_->time_base);
    packet.stream_index = 0;
    return av_interleaved_write_frame(context_, &packet) >= 0;
  }
  std::optional<std::string> finish() {
    if (av_write_trailer(context_) < 0) return std::nullopt;
    return take();
  }

 private:
  std::string take() {
    std::uint8_t* octets = nullptr;
    const int bytes = avio_close_dyn_buf(context_->pb, &octets);
    context_->pb = nullptr;
    std::string out(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(std::max(bytes, 0)));
    av_free(octets);
    return out;
  }
  AVFormatContext* context_ = nullptr;
  AVStream* stream_ = nullptr;
};

/// Packets that the encoder has ready, into the file.
bool take_packets(AVCodecContext& codec, AVPacket& packet, Muxer& muxer) {
  for (;;) {
    const int got = avcodec_receive_packet(&codec, &packet);
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return true;
    if (got < 0 || !muxer.write(packet, codec.time_base)) return false;
  }
}

bool encode_samples(AVCodecContext& codec, const std::string& samples, Muxer& muxer) {
  const av::Packet packet(av_packet_alloc());
  const auto sample_bytes = static_cast<std::size_t>(av_get_bytes_per_sample(codec.sample_fmt));
  const auto most = static_cast<std::size_t>(codec.frame_size > 0 ? codec.frame_size : kFrameSamples);
  for (std::size_t at = 0; at < samples.size();) {
    const std::size_t count = std::min(most, (samples.size() - at) / sample_bytes);
    const av::Frame frame(av_frame_alloc());
    frame->nb_samples = static_cast<int>(count);
    frame->format = codec.sample_fmt;
    frame->sample_rate = codec.sample_rate;
    frame->pts = static_cast<std::int64_t>(at / sample_bytes);
    av_channel_layout_copy(&frame->ch_layout, &codec.ch_layout);
    if (av_frame_get_buffer(frame.get(), 0) < 0) return false;
    std::memcpy(frame->data[0], samples.data() + at, count * sample_bytes);
    if (avcodec_send_frame(&codec, frame.get()) < 0 || !take_packets(codec, *packet, muxer)) return false;
    at += count * sample_bytes;
  }
  return avcodec_send_frame(&codec, nullptr) >= 0 && take_packets(codec, *packet, muxer);
}

Result<File> encode(const Pcm& pcm, const Coding& coding) {
  const std::uint32_t rate = coding.rate == 0 ? pcm.rate : coding.rate;
  Muxer muxer;
  if (!muxer.open(coding.muxer)) return not_made(coding.media_type);
  PARAPH_TRY(const auto codec, open_encoder(coding, rate, muxer.wants_global_header()));
  PARAPH_TRY(const auto samples, converted(pcm, rate, codec->sample_fmt));
  if (!muxer.begin(*codec) || !encode_samples(*codec, samples, muxer)) return not_made(coding.media_type);
  auto octets = muxer.finish();
  if (!octets || octets->empty()) return not_made(coding.media_type);
  return File{.octets = *std::move(octets),
              .media_type = coding.media_type,
              .extension = coding.extension,
              .milliseconds = pcm.milliseconds()};
}

/// 8,000 a second.
Result<std::vector<std::int16_t>> telephone_samples(const Pcm& pcm) {
  PARAPH_TRY(const auto octets, converted(pcm, kTelephoneRate, AV_SAMPLE_FMT_S16));
  std::vector<std::int16_t> samples(octets.size() / sizeof(std::int16_t));
  std::memcpy(samples.data(), octets.data(), samples.size() * sizeof(std::int16_t));
  return samples;
}

/// RFC 4867 §5: "#!AMR\n", then a frame for each 20 ms. FFmpeg as Debian has it cannot write it.
Result<File> encode_amr(const Pcm& pcm) {
  constexpr std::size_t kFrame = 160;
  struct Free {
    void operator()(void* state) const { Encoder_Interface_exit(state); }
  };
  PARAPH_TRY(auto samples, telephone_samples(pcm));
  samples.resize((samples.size() + kFrame - 1) / kFrame * kFrame);
  const std::unique_ptr<void, Free> state(Encoder_Interface_init(0));
  if (!state) return not_made("audio/AMR");
  std::string out = "#!AMR\n";
  std::array<unsigned char, 64> frame{};
  for (std::size_t at = 0; at < samples.size(); at += kFrame) {
    const int bytes = Encoder_Interface_Encode(state.get(), MR122, samples.data() + at, frame.data(), 0);
    if (bytes <= 0) return not_made("audio/AMR");
    out.append(reinterpret_cast<const char*>(frame.data()), static_cast<std::size_t>(bytes));
  }
  return File{
      .octets = std::move(out), .media_type = "audio/AMR", .extension = "amr", .milliseconds = pcm.milliseconds()};
}

Result<File> encode_adpcm(const Pcm& pcm) {
  PARAPH_TRY(const auto samples, telephone_samples(pcm));
  PARAPH_TRY(auto octets, encode_g726(samples));
  return File{.octets = std::move(octets),
              .media_type = "audio/32KADPCM",
              .extension = "726",
              .milliseconds = pcm.milliseconds()};
}

}  // namespace

Result<std::vector<File>> encode_all(const Pcm& pcm, std::uint64_t bytes_max) {
  std::vector<File> variants;
  const auto fits = [&](const File& file) { return bytes_max == 0 || file.octets.size() <= bytes_max; };
  for (const auto& coding : kCodings) {
    PARAPH_TRY(auto file, encode(pcm, coding));
    if (!fits(file) && coding.rate == 0) {
      PARAPH_TRY(file, encode(pcm, kNarrowWav));
    }
    if (fits(file)) variants.push_back(std::move(file));
  }
  if (pcm.milliseconds() <= kProfileMsMax) {
    PARAPH_TRY(auto adpcm, encode_adpcm(pcm));
    if (fits(adpcm)) variants.push_back(std::move(adpcm));
  }
  PARAPH_TRY(auto amr, encode_amr(pcm));
  if (fits(amr))
    variants.insert(variants.begin() + static_cast<std::ptrdiff_t>(std::min(kAmrPlace, variants.size())),
                    std::move(amr));
  if (variants.empty())
    return fail(Code::TooLarge, fmt::format("the recording has over {} octets in every format", bytes_max));
  return variants;
}

}  // namespace paraph::media::voice
