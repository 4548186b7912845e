#pragma once
#include <optional>
#include <vector>

#include "store/rocks/database.h"
#include "store/store.h"

namespace paraph::store::rocks {

/// Store::verify_blobs(): every blob and every count in order of id, from one moment. Octets that cannot be read (a
/// damaged or lost blob file) are not `present`. Blocks; throws Broken when the counts themselves cannot be read.
std::vector<BlobFinding> walk_blobs(const Database& database, std::optional<BlobId> after, std::size_t blobs_max);

}  // namespace paraph::store::rocks
