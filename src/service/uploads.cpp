#include "service/uploads.h"

#include "base/log.h"
#include "record/codec.h"
#include "record/keys.h"
#include "service/receive.h"

namespace paraph::service {
namespace {

constexpr std::size_t kUploadsPerScan = 256;

}  // namespace

void end_upload(store::Batch& batch, std::uint64_t upload, const std::vector<BlobId>& blobs) {
  const std::string key = record::upload_key(upload);
  batch.expects.push_back({key, record::format_upload(blobs)});
  batch.writes.push_back({key, std::nullopt});
  batch.releases.insert(batch.releases.end(), blobs.begin(), blobs.end());
}

Task<void> give_back_upload(store::Store& store, std::uint64_t upload, std::vector<BlobId> blobs) {
  if (upload == 0) co_return;
  store::Batch batch;
  end_upload(batch, upload, blobs);
  const auto done = co_await store.commit(std::move(batch));
  if (!done) log(Level::Warn, "upload={} stays until the next start: {}", upload, done.error().text);
}

Task<Result<std::size_t>> recover_uploads(store::Store& store) {
  std::size_t found = 0;
  store::Scan all = record::all_with(record::uploads_prefix());
  all.entries_max = kUploadsPerScan;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store.scan(all));
    for (const auto& row : rows) {
      PARAPH_CO_TRY(const auto blobs, record::parse_upload(row.value));
      store::Batch batch;
      end_upload(batch, record::last_number(row.key, 8), blobs);
      PARAPH_CO_CHECK(co_await store.commit(std::move(batch)));
      ++found;
    }
    if (rows.size() < kUploadsPerScan) co_return found;
    all.from = rows.back().key + '\0';
  }
}

}  // namespace paraph::service
