// Items 46, 58, 67 and 68: bounds, and the last look before a message leaves.
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "checklist.h"
#include "mime/intake.h"

namespace {

/// Octets on the heap now, and the most there ever were since reset.
std::atomic<std::size_t> live = 0;
std::atomic<std::size_t> peak = 0;

void* counted(void* at) {
  if (at == nullptr) throw std::bad_alloc();
  const std::size_t now = live += malloc_usable_size(at);
  std::size_t seen = peak;
  while (now > seen && !peak.compare_exchange_weak(seen, now)) {
  }
  return at;
}
void dropped(void* at) {
  if (at != nullptr) live -= malloc_usable_size(at);
  std::free(at);
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(std::malloc(bytes)); }
void* operator new[](std::size_t bytes) { return counted(std::malloc(bytes)); }
void operator delete(void* at) noexcept { dropped(at); }
void operator delete[](void* at) noexcept { dropped(at); }
void operator delete(void* at, std::size_t) noexcept { dropped(at); }
void operator delete[](void* at, std::size_t) noexcept { dropped(at); }

namespace paraph::checklist {
namespace {

using signature::How;

TEST_F(Checklist, Item46_GrowthStaysBelowTheHardLimit) {
  constexpr std::uint64_t kHardBytes = 3 * 512 * 1024;  // section 2.8: 1.5 MiB
  signature.text.clear();
  for (int i = 0; i < 20; ++i) signature.text += std::string(190, 'x') + "\n";
  signature.text.pop_back();
  signature.html = "<b>" + std::string(32'000, 'h') + "</b>";
  signature.image = world.media("image/png", "png", "\x89PNG\r\n\x1a\n" + std::string(256 * 1024 - 9, 'p'));
  signature.voice = {world.media("audio/wav", "wav", "RIFF" + std::string(512 * 1024 - 4, 'w'), 30)};
  world.policy.growth_bytes_max = kHardBytes;
  const std::string leaf = text_entity(std::string(1000, '\xC3') + "\r\n", "text/plain; charset=iso-8859-1");
  for (const auto& text :
       {message(wav()), message(text_entity("Hello.\r\n")), message(multipart("mixed", {leaf, wav()})),
        message(multipart("alternative", {leaf, text_entity("<p>x</p>\r\n", "text/html; charset=utf-8")}))}) {
    const auto each = sign(text);
    EXPECT_TRUE(each.report.voice && each.report.image) << each.tree();
    EXPECT_GT(each.after.size(), text.size() + 1000 * 1000);
    EXPECT_LE(each.after.size(), text.size() + kHardBytes);
  }
  world.policy = {};  // and with the default of 256 KiB the large kinds stay out
  const auto less = sign(message(wav()));
  EXPECT_LE(less.after.size(), less.before.size() + 256 * 1024);
  EXPECT_EQ(less.report.reason, "size");
}

TEST_F(Checklist, Item46_AMessageAtTheLimitIsSignedWithinItOrNotAtAll) {
  const std::string text = message(multipart("mixed", {text_entity("Hello.\r\n"), wav()}));
  world.policy.message_bytes_max = text.size();
  EXPECT_EQ(sign(text).after, text);
  EXPECT_EQ(sign(text).report.reason, "size");
  for (std::uint64_t room = 0; room < 4000; room += 100) {
    world.policy.message_bytes_max = text.size() + room;
    EXPECT_LE(sign(text).after.size(), world.policy.message_bytes_max);
  }
}

TEST_F(Checklist, Item58_AMessageThatReadsOtherwiseThanPlannedIsNoticed) {
  const auto before = mime::scan(message(multipart("mixed", {text_entity("Hello.\r\n"), wav()})));
  const auto good = sign(message(multipart("mixed", {text_entity("Hello.\r\n"), wav()})));
  ASSERT_TRUE(signature::reads_as_planned(before, good.structure, good.report));
  const auto as = [&](auto change) {
    auto after = good.structure;
    change(after);
    return signature::reads_as_planned(before, after, good.report);
  };
  EXPECT_FALSE(as([](auto& after) { after.parts.pop_back(); }));
  EXPECT_FALSE(as([](auto& after) { after.parts[1].type = "audio"; }));
  EXPECT_FALSE(as([](auto& after) { after.parts.back().id = "<other@x>"; }));
  EXPECT_FALSE(as([](auto& after) { after.defects |= mail::Defect::BareLf; }));
  auto report = good.report;
  report.parts_added += 1;
  EXPECT_FALSE(signature::reads_as_planned(before, good.structure, report));

  // And octets that no change names are the same ones.
  const auto received = world.receive(good.before);
  auto attached = world.attach(good.before, signature);
  ASSERT_TRUE(signature::keeps_octets(received.rope, attached.rope, attached.changes));
  std::string spoiled = good.after;
  spoiled[spoiled.find("Subject")] = 's';
  EXPECT_FALSE(signature::keeps_octets(received.rope, world.receive(spoiled).rope, attached.changes));
  attached.changes.pop_back();
  EXPECT_FALSE(signature::keeps_octets(received.rope, attached.rope, attached.changes));
}

/// A message of 150 MiB holds no more than a blob, a run, and what was fed: here 4 MiB, with pieces of 64 KiB.
TEST_F(Checklist, Item67_PeakMemoryForAMessageOf150MiB) {
  constexpr std::uint64_t kMessageBytes = 150ull * 1024 * 1024;
  constexpr std::size_t kPeakBytesMax = 4 * 1024 * 1024;
  const std::string head = message(entity("Content-Type: multipart/mixed; boundary=b\r\n",
                                          "--b\r\nContent-Type: text/plain\r\n\r\nListen.\r\n--b\r\nContent-Type: "
                                          "audio/wav\r\nContent-Transfer-Encoding: base64\r\n\r\n"));
  std::string piece;
  while (piece.size() < 64 * 1024) piece += std::string(76, 'A') + "\r\n";
  const std::size_t before = live;
  peak = before;
  mime::Intake intake({.message_bytes_max = 2 * kMessageBytes});
  std::uint64_t blob_bytes = 0;
  std::size_t blobs = 0;
  signature::Message received;
  ASSERT_TRUE(intake.feed(head));
  while (intake.bytes() < kMessageBytes) {
    ASSERT_TRUE(intake.feed(piece));
    for (const auto& blob : intake.take_blobs()) blob_bytes += blob.octets.size(), ++blobs;
  }
  ASSERT_TRUE(intake.feed("\r\n--b--\r\n"));
  {
    auto finished = intake.finish();
    ASSERT_TRUE(finished);
    received = {.rope = std::move(finished->rope), .structure = std::move(finished->structure)};
  }
  for (const auto& blob : intake.take_blobs()) blob_bytes += blob.octets.size(), ++blobs;
  world.policy.message_bytes_max = 4 * kMessageBytes;
  const auto wanted = octets_wanted(received.rope, received.structure, signature, past, world.policy);
  EXPECT_TRUE(wanted.empty());  // the text and its delimiters are in inline segments
  const auto attached = signature::attach(received, world.submission, signature, past, world.policy);
  const std::size_t most = peak - before;
  RecordProperty("peak_bytes", static_cast<int>(most));
  EXPECT_EQ(attached.report.kinds(), "text:image:voice");
  EXPECT_GT(blob_bytes, kMessageBytes / 4 * 3 - 4'000'000);
  EXPECT_GT(blobs, 400u);
  EXPECT_LT(most, kPeakBytesMax);
}

/// The rate itself is tools/bench's; what makes it possible is that no body is copied.
TEST_F(Checklist, Item68_NoBodyIsCopied) {
  const std::string text = message(
      multipart("mixed", {text_entity("Listen.\r\n"), media_entity("audio/wav", "RIFF" + std::string(75'000, 'a'))}));
  ASSERT_GT(text.size(), 100'000u);
  const auto received = world.receive(text);
  EXPECT_TRUE(octets_wanted(received.rope, received.structure, signature, past, world.policy).empty());
  const std::size_t before = live;
  peak = before;
  const auto attached = signature::attach(received, world.submission, signature, past, world.policy);
  EXPECT_LT(peak - before, text.size() / 2);
  std::size_t inline_bytes = 0;
  std::size_t own_blobs = 0;
  for (const auto& segment : attached.rope.segments) {
    inline_bytes += segment.octets.size();
    for (const auto& was : received.rope.segments) own_blobs += segment.length > 0 && segment.blob == was.blob ? 1 : 0;
  }
  EXPECT_EQ(own_blobs, 1u);
  EXPECT_LT(inline_bytes, 4'000u);
  EXPECT_EQ(attached.report.kinds(), "text:image:voice");
}

}  // namespace
}  // namespace paraph::checklist
