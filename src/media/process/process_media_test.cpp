// The real workers, and programs in their place that misbehave.
#include "media/process/process_media.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

#include "media/process/child.h"
#include "media/process/testing.h"

namespace paraph::media::process {
namespace {

using namespace std::chrono_literals;

std::string little(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

/// A WAV file: a tone of 440 Hz.
std::string wav(double seconds, std::uint32_t rate = 16'000, double amplitude = 8'000) {
  std::string samples;
  for (std::size_t i = 0; i < static_cast<std::size_t>(seconds * rate); ++i)
    samples += little(static_cast<std::uint16_t>(static_cast<std::int16_t>(
                          amplitude * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate))),
                      2);
  return "RIFF" + little(36 + samples.size(), 4) + "WAVEfmt " + little(16, 4) + little(1, 2) + little(1, 2) +
         little(rate, 4) + little(rate * 2, 4) + little(2, 2) + little(16, 2) + "data" + little(samples.size(), 4) +
         samples;
}

template <class T>
T run(Task<T> task) {
  boost::asio::io_context loop{1};
  std::optional<T> value;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failed, T got) {
    if (failed) std::rethrow_exception(failed);
    value.emplace(std::move(got));
  });
  loop.run();
  return std::move(*value);
}

constexpr Limits kLimits{
    .upload_bytes_max = 4 << 20, .bytes_max = 262'143, .seconds_max = 30, .width_max = 600, .height_max = 200};

Result<Voice> import_voice(std::string octets, std::string type = "", Limits limits = kLimits) {
  ProcessMedia media({.folder = PARAPH_WORKERS});
  return run(media.import_voice({.octets = std::move(octets), .declared_type = std::move(type)}, limits));
}

TEST(Workers, MakeEveryVariantOfAVoice) {
  const auto voice = import_voice(wav(2), "audio/wav");
  ASSERT_TRUE(voice) << voice.error().text;
  std::string types;
  for (const auto& variant : voice->variants) {
    types += variant.media_type + "\n";
    EXPECT_EQ(variant.milliseconds, 2'000u);
  }
  EXPECT_EQ(
      types,
      "audio/mpeg\naudio/wav\naudio/ogg; codecs=opus\naudio/AMR\naudio/wav; codec=7\naudio/basic\naudio/32KADPCM\n");
  EXPECT_EQ(voice->waveform.size(), kWaveformPoints);
  EXPECT_FALSE(voice->tones);
  // Made again, it is the same: a signature set twice is one revision.
  EXPECT_EQ(*import_voice(wav(2)), *voice);
}

TEST(Workers, KeepAnOddCountOfSamplesInHalfOctets) {
  // RFC 3802 §2: two samples of 4 bits an octet.
  for (const double seconds : {1.0, 1.000125}) {
    const auto voice = import_voice(wav(seconds, 8'000));
    ASSERT_TRUE(voice);
    EXPECT_EQ(voice->variants.back().media_type, "audio/32KADPCM");
    EXPECT_NEAR(static_cast<double>(voice->variants.back().octets.size()), 4'000, 1);
  }
}

TEST(Workers, LeaveOutWhatIsTooLarge) {
  const auto voice = import_voice(wav(20));
  ASSERT_TRUE(voice) << voice.error().text;
  for (const auto& variant : voice->variants) {
    EXPECT_LE(variant.octets.size(), kLimits.bytes_max);
    EXPECT_NE(variant.media_type, "audio/32KADPCM") << "over 5 s";
  }
}

TEST(Workers, SayWhichRuleALimitAndWhatWasFound) {
  Limits few = kLimits;
  few.upload_bytes_max = 100;
  const std::tuple<Result<Voice>, Code, std::string> table[] = {
      {import_voice(""), Code::BadInput, "the recording is empty: it has 0 octets"},
      {import_voice(wav(1), "", few), Code::TooLarge, "the recording has 32044 octets, 100 are allowed"},
      {import_voice(wav(31)), Code::TooLarge,
       "the recording lasts 31 s without the silence at its ends, 30 s are allowed"},
      {import_voice(wav(1, 16'000, 0)), Code::BadInput,
       "the recording is silent: nothing in it is louder than -60 dBFS"},
      {import_voice(wav(1), "audio/mpeg"), Code::BadInput, "the recording is declared to be audio/mpeg, and is WAV"},
      {import_voice("RIFF\0\0\0\0WAVE"), Code::Unsupported,
       "the recording is neither WAV, MP3, AAC, M4A, Ogg, WebM, AMR, FLAC nor AU: record it as one of them"}};
  for (const auto& [voice, code, sentence] : table) {
    ASSERT_FALSE(voice) << sentence;
    EXPECT_EQ(voice.error().code, code) << sentence;
    EXPECT_EQ(voice.error().text, sentence);
  }
}

TEST(Workers, AnswerEveryTruncation) {
  const std::string whole = wav(0.3, 8'000);
  for (const std::size_t bytes : {1ul, 11ul, 20ul, 43ul, 44ul, 45ul, 1'000ul, whole.size() - 1}) {
    const auto voice = import_voice(whole.substr(0, bytes));
    if (!voice) {
      EXPECT_NE(voice.error().code, Code::Unavailable) << bytes << voice.error().text;
    }
  }
}

TEST(Workers, ReadNoPictureThatIsNone) {
  ProcessMedia media({.folder = PARAPH_WORKERS});
  for (const std::string octets : {"", "<svg xmlns='http://www.w3.org/2000/svg'/>", "\x89PNG\r\n\x1A\n", "GIF89a"}) {
    const auto picture = run(media.import_picture({.octets = octets, .declared_type = ""}, kLimits));
    ASSERT_FALSE(picture) << octets;
    EXPECT_NE(picture.error().code, Code::Unavailable) << picture.error().text;
  }
}

TEST(RunChild, CarriesBothWaysWhatNoPipeHolds) {
  const std::string much(3 << 20, 'x');
  EXPECT_EQ(run_child("/bin/cat", much, 4 << 20, 20s).value(), much);
}

TEST(RunChild, GivesNothingOfThisProcess) {
  ::setenv("PARAPH_SECRET", "x", 1);
  const Script script("/usr/bin/env; ls /proc/self/fd | wc -l");
  const auto answer = run_child(script.path(), "", 1 << 16, 20s);
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->find("PARAPH_SECRET"), std::string::npos);
  // Standard input, output and error, and the folder that ls itself has open.
  EXPECT_NE(answer->find("\n4\n"), std::string::npos) << *answer;
}

TEST(RunChild, SaysHowAWorkerFailed) {
  const Script hangs("exec sleep 60");
  const Script crashes("kill -SEGV $$");
  const Script gives_up("exit 3");
  const Script talks("yes");
  const Script asks_nothing("exec 0<&-; sleep 0.1; echo done");
  EXPECT_EQ(run_child(hangs.path(), "", 10, 200ms).error().text, "worker took too long and was stopped");
  EXPECT_EQ(run_child(crashes.path(), "x", 10, 20s).error().text, "worker was killed by signal 11");
  EXPECT_EQ(run_child(gives_up.path(), "x", 10, 20s).error().text, "worker ended with exit status 3");
  EXPECT_EQ(run_child(talks.path(), "x", 1000, 20s).error().text, "worker answered too much");
  EXPECT_EQ(run_child(asks_nothing.path(), std::string(1 << 20, 'x'), 10, 20s).value(), "done\n");
  EXPECT_EQ(run_child("/nonexistent/worker", "", 10, 20s).error().text,
            "/nonexistent/worker cannot be started: No such file or directory");
  EXPECT_EQ(run_child(hangs.path(), "", 10, 0ms).error().code, Code::Unavailable);
}

}  // namespace
}  // namespace paraph::media::process
