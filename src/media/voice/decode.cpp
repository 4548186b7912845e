#include "media/voice/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "media/voice/av.h"
#include "media/voice/g726.h"

namespace paraph::media::voice {
namespace {

constexpr int kBufferBytes = 32 * 1024;
constexpr int kChannelsMax = 8;
constexpr int kRateMin = 4'000;
constexpr int kRateMax = 192'000;
constexpr std::uint32_t kNarrow = 8'000;
constexpr std::uint32_t kWide = 16'000;

constexpr std::array kCodecs{
    AV_CODEC_ID_PCM_S16LE,  AV_CODEC_ID_PCM_S16BE,    AV_CODEC_ID_PCM_U8,    AV_CODEC_ID_PCM_S24LE,
    AV_CODEC_ID_PCM_S24BE,  AV_CODEC_ID_PCM_S32LE,    AV_CODEC_ID_PCM_S32BE, AV_CODEC_ID_PCM_F32LE,
    AV_CODEC_ID_PCM_F32BE,  AV_CODEC_ID_PCM_S8,       AV_CODEC_ID_PCM_MULAW, AV_CODEC_ID_PCM_ALAW,
    AV_CODEC_ID_ADPCM_G726, AV_CODEC_ID_ADPCM_G726LE, AV_CODEC_ID_ADPCM_MS,  AV_CODEC_ID_ADPCM_IMA_WAV,
    AV_CODEC_ID_GSM_MS,     AV_CODEC_ID_AMR_NB,       AV_CODEC_ID_AMR_WB,    AV_CODEC_ID_MP3,
    AV_CODEC_ID_MP2,        AV_CODEC_ID_AAC,          AV_CODEC_ID_OPUS,      AV_CODEC_ID_VORBIS,
    AV_CODEC_ID_FLAC};

std::unexpected<Error> too_long(std::uint64_t seconds_max) {
  return fail(Code::TooLarge,
              fmt::format("the recording lasts over {} s, which is the most that is looked at", seconds_max));
}

/// Octets in memory as a file that FFmpeg reads.
class Source {
 public:
  explicit Source(std::string_view octets) : octets_(octets) {
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    io_ = avio_alloc_context(buffer, kBufferBytes, 0, this, &Source::read, nullptr, &Source::seek);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() {
    if (io_ != nullptr) av_freep(static_cast<void*>(&io_->buffer));
    avio_context_free(&io_);
  }
  AVIOContext* io() { return io_; }

 private:
  static int read(void* self, std::uint8_t* into, int bytes) {
    auto& source = *static_cast<Source*>(self);
    const auto rest = source.octets_.substr(source.at_);
    const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(std::max(bytes, 0)));
    if (count == 0) return AVERROR_EOF;
    std::memcpy(into, rest.data(), count);
    source.at_ += count;
    return static_cast<int>(count);
  }
  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& source = *static_cast<Source*>(self);
    const auto size = static_cast<std::int64_t>(source.octets_.size());
    if ((whence & AVSEEK_SIZE) != 0) return size;
    const std::int64_t base = whence == SEEK_CUR   ? static_cast<std::int64_t>(source.at_)
                              : whence == SEEK_END ? size
                                                   : 0;
    if (offset < -base || offset > size - base) return AVERROR(EINVAL);
    source.at_ = static_cast<std::size_t>(base + offset);
    return base + offset;
  }

  std::string_view octets_;
  std::size_t at_ = 0;
  AVIOContext* io_;
};

/// The file taken apart. Destroy it before its Source.
class Demuxer {
 public:
  Demuxer() = default;
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;
  ~Demuxer() { avformat_close_input(&context_); }

  Result<void> open(Source& source, const Format& format) {
    context_ = avformat_alloc_context();
    context_->pb = source.io();
    context_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    context_->max_streams = 8;
    context_->probesize = 1 << 20;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "protocol_whitelist", "", 0);
    av_dict_set(&options, "format_whitelist", format.demuxer, 0);
    if (format.raw) av_dict_set(&options, "sample_rate", "8000", 0);
    const auto* input = av_find_input_format(format.demuxer);
    const int opened = avformat_open_input(&context_, "", input, &options);
    av_dict_free(&options);
    if (opened < 0) return broken(format);
    if (avformat_find_stream_info(context_, nullptr) < 0) return broken(format);
    stream_ = av_find_best_stream(context_, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    if (stream_ < 0) return fail(Code::Unsupported, fmt::format("the {} file has no sound", format.name));
    return {};
  }
  const AVCodecParameters& parameters() const& { return *context_->streams[stream_]->codecpar; }
  /// The next packet of the sound; false at the end.
  bool next(AVPacket& packet) {
    for (;;) {
      av_packet_unref(&packet);
      if (av_read_frame(context_, &packet) < 0) return false;
      if (packet.stream_index == stream_) return true;
    }
  }

 private:
  static std::unexpected<Error> broken(const Format& format) {
    return fail(Code::BadInput, fmt::format("the {} file is broken: its beginning cannot be read", format.name));
  }
  AVFormatContext* context_ = nullptr;
  int stream_ = -1;
};

Result<av::Codec> open_codec(const AVCodecParameters& parameters) {
  const auto unknown = [&] {
    return fail(Code::Unsupported,
                fmt::format("the recording is coded as {}, which is not taken", avcodec_get_name(parameters.codec_id)));
  };
  if (std::ranges::find(kCodecs, parameters.codec_id) == kCodecs.end()) return unknown();
  const AVCodec* decoder = avcodec_find_decoder(parameters.codec_id);
  if (decoder == nullptr) return unknown();
  av::Codec codec(avcodec_alloc_context3(decoder));
  if (!codec || avcodec_parameters_to_context(codec.get(), &parameters) < 0) return unknown();
  codec->thread_count = 1;
  if (parameters.codec_id == AV_CODEC_ID_ADPCM_G726LE) codec->bits_per_coded_sample = 4;
  if (avcodec_open2(codec.get(), decoder, nullptr) < 0)
    return fail(Code::BadInput, "the recording is broken: its decoder refuses it");
  return codec;
}

/// Frames of any form, turned into one channel at one rate.
class Mixer {
 public:
  explicit Mixer(std::uint64_t seconds_max) : seconds_max_(seconds_max) {}

  Result<void> add(const AVFrame& frame) {
    if (!resampler_) {
      PARAPH_CHECK(begin(frame));
    }
    if (frame.sample_rate != rate_ || frame.format != format_ || frame.ch_layout.nb_channels != channels_)
      return fail(Code::BadInput, "the recording changes its form midway");
    return convert(const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
  }
  Result<Pcm> finish() {
    if (!resampler_) return fail(Code::BadInput, "the recording has no sound in it");
    PARAPH_CHECK(convert(nullptr, 0));
    return std::move(pcm_);
  }

 private:
  Result<void> begin(const AVFrame& frame) {
    rate_ = frame.sample_rate;
    format_ = frame.format;
    channels_ = frame.ch_layout.nb_channels;
    if (rate_ < kRateMin || rate_ > kRateMax)
      return fail(Code::BadInput,
                  fmt::format("the recording has {} samples a second, {} to {} are taken", rate_, kRateMin, kRateMax));
    if (channels_ < 1 || channels_ > kChannelsMax)
      return fail(Code::TooLarge, fmt::format("the recording has {} channels, {} are taken", channels_, kChannelsMax));
    pcm_.rate = rate_ <= static_cast<int>(kNarrow) ? kNarrow : kWide;
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    AVChannelLayout from;
    av_channel_layout_default(&from, channels_);
    SwrContext* made = nullptr;
    const int set = swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, static_cast<int>(pcm_.rate), &from,
                                        static_cast<AVSampleFormat>(format_), rate_, 0, nullptr);
    resampler_.reset(made);
    if (set < 0 || swr_init(made) < 0) return fail(Code::BadInput, "the recording's form cannot be converted");
    return {};
  }
  Result<void> convert(const std::uint8_t** samples, int count) {
    const int room = swr_get_out_samples(resampler_.get(), count);
    if (room < 0) return fail(Code::BadInput, "the recording cannot be converted");
    const std::size_t before = pcm_.samples.size();
    pcm_.samples.resize(before + static_cast<std::size_t>(room));
    auto* to = reinterpret_cast<std::uint8_t*>(pcm_.samples.data() + before);
    const int got = swr_convert(resampler_.get(), &to, room, samples, count);
    pcm_.samples.resize(before + static_cast<std::size_t>(std::max(got, 0)));
    if (got < 0) return fail(Code::BadInput, "the recording cannot be converted");
    if (pcm_.samples.size() > seconds_max_ * pcm_.rate) return too_long(seconds_max_);
    return {};
  }

  std::uint64_t seconds_max_;
  int rate_ = 0;
  int format_ = 0;
  int channels_ = 0;
  av::Resampler resampler_;
  Pcm pcm_;
};

/// All frames that the decoder has ready. A broken packet is passed over, as players do.
Result<void> take_frames(AVCodecContext& codec, AVFrame& frame, Mixer& mixer) {
  while (avcodec_receive_frame(&codec, &frame) >= 0) {
    const auto added = mixer.add(frame);
    av_frame_unref(&frame);
    if (!added) return added;
  }
  return {};
}

}  // namespace

Result<Pcm> decode(std::string_view octets, const Format& format, std::uint32_t seconds_max) {
  if (format.demuxer == nullptr) {
    if (octets.size() > std::uint64_t{seconds_max} * kG726Rate / kG726SamplesInOctet) return too_long(seconds_max);
    return decode_g726(octets);
  }
  av_log_set_level(AV_LOG_QUIET);
  Source source(octets);
  Demuxer demuxer;
  PARAPH_CHECK(demuxer.open(source, format));
  PARAPH_TRY(const auto codec, open_codec(demuxer.parameters()));
  const av::Packet packet(av_packet_alloc());
  const av::Frame frame(av_frame_alloc());
  Mixer mixer(seconds_max);
  while (demuxer.next(*packet)) {
    if (avcodec_send_packet(codec.get(), packet.get()) < 0) continue;
    PARAPH_CHECK(take_frames(*codec, *frame, mixer));
  }
  avcodec_send_packet(codec.get(), nullptr);
  PARAPH_CHECK(take_frames(*codec, *frame, mixer));
  return mixer.finish();
}

}  // namespace paraph::media::voice
