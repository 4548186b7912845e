// What the engine costs, step by step, on one core (Google Benchmark). Octets a second are of the message as it came.
//
// `scan_attach`: the scan of the octets to a structure (mime/scan.h), then what the service does with the engine: which
// octets it must see, a client's own fields removed, attach. `intake` is what happens besides while a message arrives:
// scan, base64 decoded, each blob named by its SHA-256. `check` is the last look at the result (reads_as_planned).
#include <benchmark/benchmark.h>

#include <fstream>
#include <map>

#include "shape.h"
#include "signature/testing.h"

namespace paraph::bench {
namespace {

const std::string kTop =
    "From: Anna Smith <anna@example.org>\r\nTo: bob@example.org\r\nSubject: bench\r\nDate: Mon, 23 Nov 2026 10:00:00 "
    "+0000\r\nMessage-ID: <bench@client.example.org>\r\n";

/// A message and Anna's signature: text, a picture of 8 KB, a voice of 5.2 KB.
struct Case {
  explicit Case(std::string message) : text(std::move(message)) {
    signature.owner = "anna@example.org";
    signature.text = "Anna Smith\nNorthern Parcel Office, 2nd floor\n+44 20 7946 0000";
    signature.image = world.media("image/png", "png", "\x89PNG\r\n\x1a\n" + std::string(8'100, 'p'));
    signature.voice = {world.media("audio/AMR", "amr", "#!AMR\n" + std::string(163 * 32, 'a'), 4)};
    signature.revision = signature::revision_of(signature);
    received = world.receive(text);
    received.octets.emplace(received.structure.root().header, header());
  }
  std::string header() const {
    const auto range = received.structure.root().header;
    return text.substr(range.begin, range.size());
  }
  signature::Message scanned() const {
    signature::Message message{.rope = received.rope, .structure = mime::scan(text)};
    message.octets = received.octets;
    return message;
  }
  signature::Attached attach(signature::Message message) const {
    for (const auto& range : signature::octets_wanted(message.rope, message.structure, signature, {}, world.policy)) {
      if (!message.octets.contains(range)) message.octets.emplace(range, text.substr(range.begin, range.size()));
    }
    signature::strip_foreign_fields(message);
    return signature::attach(message, world.submission, signature, {}, world.policy);
  }

  std::string text;
  signature::TestWorld world;
  mail::Signature signature;
  signature::Message received;
};

/// A voice message whose recording is so many times 63 KB.
std::string voice(std::size_t times) {
  std::string one;
  append_voice_message(one, 1);
  const auto at = one.rfind("--bnd");
  const auto from = one.find("\r\n\r\n", one.find("base64")) + 4;
  // Whole lines only: the padded last one would end the recording.
  const auto last_line = one.rfind("\r\n", at - 3) + 2;
  std::string more;
  for (std::size_t i = 1; i < times; ++i) more += one.substr(from, last_line - from);
  return kTop + one.insert(from, more);
}

const Case& voice_case(std::int64_t times) {
  static std::map<std::int64_t, Case> cases;
  return cases.try_emplace(times, voice(static_cast<std::size_t>(times))).first->second;
}
const Case& text_case() {
  static const Case made([] {
    std::string text = kTop;
    append_small_message(text);
    return text;
  }());
  return made;
}

void report(benchmark::State& state, const Case& each) {
  state.SetBytesProcessed(static_cast<std::int64_t>(each.text.size()) * state.iterations());
  state.counters["octets"] = static_cast<double>(each.text.size());
}

void scan(benchmark::State& state, const Case& each) {
  for (auto _ : state) benchmark::DoNotOptimize(mime::scan(each.text));
  report(state, each);
}
void attach(benchmark::State& state, const Case& each) {
  for (auto _ : state) benchmark::DoNotOptimize(each.attach(each.received));
  report(state, each);
}
void scan_attach(benchmark::State& state, const Case& each) {
  const auto kinds = each.attach(each.scanned()).report.kinds();
  if (kinds != "text:image:voice") state.SkipWithError(kinds.c_str());
  for (auto _ : state) benchmark::DoNotOptimize(each.attach(each.scanned()));
  report(state, each);
}
void intake(benchmark::State& state, const Case& each) {
  for (auto _ : state) {
    mime::Intake arriving;
    for (std::size_t at = 0; at < each.text.size(); at += 64 * 1024) {
      if (!arriving.feed(std::string_view(each.text).substr(at, 64 * 1024))) state.SkipWithError("too large");
      benchmark::DoNotOptimize(arriving.take_blobs());
    }
    benchmark::DoNotOptimize(arriving.finish());
  }
  report(state, each);
}
void check(benchmark::State& state, const Case& each) {
  const auto attached = each.attach(each.received);
  for (auto _ : state) {
    const auto after = each.world.scan(attached.rope);
    if (!signature::reads_as_planned(each.received, attached, after)) state.SkipWithError("unplanned");
  }
  report(state, each);
}
void intake_attach_check(benchmark::State& state, const Case& each) {
  for (auto _ : state) {
    mime::Intake arriving;
    if (!arriving.feed(each.text)) state.SkipWithError("too large");
    auto got = arriving.finish();
    signature::Message message{.rope = std::move(got->rope), .structure = std::move(got->structure)};
    message.octets.emplace(message.structure.root().header, std::move(got->header));
    const auto attached = each.attach(message);
    const auto after = each.world.scan(attached.rope);
    if (!signature::reads_as_planned(message, attached, after)) state.SkipWithError("unplanned");
  }
  report(state, each);
  state.counters["messages"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}

// The recording of 63 KB, and what shows that time is in proportion: ten and a hundred times that.
#define PARAPH_VOICE(step, times) BENCHMARK_CAPTURE(step, voice_x##times, voice_case(times))
PARAPH_VOICE(scan_attach, 1);
PARAPH_VOICE(scan_attach, 10);
PARAPH_VOICE(scan_attach, 100);
BENCHMARK_CAPTURE(scan_attach, text_2KB, text_case())->Unit(benchmark::kMicrosecond);
PARAPH_VOICE(scan, 1);
PARAPH_VOICE(attach, 1);
PARAPH_VOICE(check, 1);
PARAPH_VOICE(intake, 1);
BENCHMARK_CAPTURE(attach, text_2KB, text_case());
BENCHMARK_CAPTURE(check, text_2KB, text_case());
PARAPH_VOICE(intake_attach_check, 1);

}  // namespace
}  // namespace paraph::bench

/// `paraph_attach_bench [FOLDER] [options of Google Benchmark]`: the messages go to FOLDER, for other programs.
int main(int arguments, char** values) {
  benchmark::Initialize(&arguments, values);
  if (arguments == 2) {
    const std::string folder = values[1];
    std::ofstream(folder + "/voice.eml", std::ios::binary) << paraph::bench::voice_case(1).text;
    std::ofstream(folder + "/text.eml", std::ios::binary) << paraph::bench::text_case().text;
  }
  benchmark::RunSpecifiedBenchmarks();
}
