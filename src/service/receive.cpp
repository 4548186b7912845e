#include "service/receive.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "base/log.h"
#include "crypto/sha256.h"
#include "mime/preview.h"
#include "record/keys.h"
#include "record/numbers.h"
#include "service/message_uses.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

/// What may wait in memory besides the blob being filled; more is put early.
constexpr std::size_t kPendingBytesMax = mail::kBlobBytesMax;

mime::IntakeLimits intake_limits(std::uint64_t message_bytes_max) {
  mime::IntakeLimits limits;
  limits.message_bytes_max = message_bytes_max;
  return limits;
}

/// The intake makes the same rope of the same octets however they come, and blobs are named by their hashes: so the
/// octets need not all be hashed once more.
BlobId hash_of(const mail::Rope& rope) {
  crypto::Sha256 hash;
  const auto add = [&](std::string_view part) {
    hash.update(fmt::format("{}:", part.size()));
    hash.update(part);
  };
  for (const auto& segment : rope.segments) {
    add(segment.octets);
    if (segment.kind == mail::Segment::Kind::Inline) continue;
    add(segment.blob.view());
    add(fmt::format("{} {} {} {} {}", std::to_underlying(segment.kind), segment.offset, segment.length,
                    segment.line_chars, segment.final_crlf));
  }
  return hash.finish();
}

}  // namespace

struct Receiver::Inside {
  Inside(store::Store& s, const Clock& c, std::uint64_t max) : store(s), clock(c), intake(intake_limits(max)) {}

  void take_blobs();
  Task<Result<void>> put_pending();
  Task<Result<void>> begin_upload();

  store::Store& store;
  const Clock& clock;
  mime::Intake intake;
  std::vector<mail::NewBlob> pending;
  std::size_t pending_bytes = 0;
  std::uint64_t upload = 0;
  std::vector<BlobId> uploaded;
  Content content = Content::NotHashed;
  std::optional<Executor> executor;  ///< of the last call: where an unfinished upload is given back
};

void Receiver::Inside::take_blobs() {
  for (auto& blob : intake.take_blobs()) {
    pending_bytes += blob.octets.size();
    pending.push_back(std::move(blob));
  }
}

Task<Result<void>> Receiver::Inside::begin_upload() {
  if (upload != 0) co_return Result<void>();
  // One number at a time: large messages are rare, and a block of numbers for each would be wasted.
  record::Numbers numbers(store, 1);
  PARAPH_CO_TRY(upload, co_await numbers.next("upload"));
  co_return Result<void>();
}

/// Puts what waits, with the Upload record that holds it, in one batch.
Task<Result<void>> Receiver::Inside::put_pending() {
  const bool first = upload == 0;
  PARAPH_CO_CHECK(co_await begin_upload());
  store::Batch batch;
  std::vector<BlobId> blobs = uploaded;
  for (const auto& blob : pending) {
    blobs.push_back(blob.id);
    batch.retains.push_back(blob.id);
  }
  const std::string key = record::upload_key(upload);
  batch.expects.push_back({key, first ? std::nullopt : std::optional(record::format_upload(uploaded))});
  batch.writes.push_back({key, record::format_upload(blobs)});
  batch.blobs = std::exchange(pending, {});
  pending_bytes = 0;
  auto done = co_await store.commit(std::move(batch));
  if (done) uploaded = std::move(blobs);
  if (first && !done) upload = 0;
  co_return done;
}

Receiver::Receiver(store::Store& store, const Clock& clock, std::uint64_t message_bytes_max, Content content)
    : inside_(std::make_unique<Inside>(store, clock, message_bytes_max)) {
  inside_->content = content;
}

Receiver::~Receiver() {
  if (!inside_ || inside_->upload == 0 || !inside_->executor) return;
  auto rest = give_back_upload(inside_->store, inside_->upload, std::move(inside_->uploaded));
  boost::asio::co_spawn(*inside_->executor, std::move(rest), [](std::exception_ptr failure) {
    if (failure) log(Level::Warn, "an upload stays until the next start: the store broke");
  });
}

Task<Result<void>> Receiver::feed(std::string_view octets) {
  PARAPH_CO_CHECK(inside_->intake.feed(octets));
  inside_->take_blobs();
  if (inside_->pending_bytes <= kPendingBytesMax) co_return Result<void>();
  inside_->executor = co_await boost::asio::this_coro::executor;
  co_return co_await inside_->put_pending();
}

Task<Result<NewMessage>> Receiver::finish() {
  PARAPH_CO_TRY(auto received, inside_->intake.finish());
  inside_->take_blobs();
  NewMessage message;
  message.record.duration = mime::duration_of(received.structure, received.header).value_or(0);
  message.header = std::move(received.header);
  if (inside_->content == Content::Hashed) message.content = hash_of(received.rope);
  message.record.rope = std::move(received.rope);
  message.record.structure = std::move(received.structure);
  message.record.received = inside_->clock.now();
  message.blobs = std::exchange(inside_->pending, {});
  message.upload = std::exchange(inside_->upload, 0);
  message.uploaded = std::exchange(inside_->uploaded, {});
  co_return message;
}

Task<void> Receiver::abandon() {
  const std::uint64_t upload = std::exchange(inside_->upload, 0);
  auto blobs = std::exchange(inside_->uploaded, {});
  inside_->pending.clear();
  co_await give_back_upload(inside_->store, upload, std::move(blobs));
}

std::uint64_t Receiver::bytes() const { return inside_->intake.bytes(); }

}  // namespace paraph::service
