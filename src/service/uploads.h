#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::service {

/// An upload is a record that holds one reference to each of the blobs of a message still being received. These end it,
/// within a batch that goes on with the blobs (or not), or on its own.
void end_upload(store::Batch& batch, std::uint64_t upload, const std::vector<BlobId>& blobs);

/// Gives an upload's blobs back; does nothing for upload 0. A failure is logged: the server does it when it starts next
/// time.
Task<void> give_back_upload(store::Store& store, std::uint64_t upload, std::vector<BlobId> blobs);

}  // namespace paraph::service
