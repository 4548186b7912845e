#pragma once
#include <optional>
#include <vector>

#include "store/rocks/database.h"
#include "store/rocks/segment.h"
#include "store/store.h"

namespace paraph::store::rocks {

/// Store::verify_blobs(): every blob, in order of id. Octets that cannot be read are not `present`; a damaged row has
/// -1 references. Blocks; throws Broken when the rows cannot be read.
std::vector<BlobFinding> walk_blobs(const Database& database, Segments& segments, std::optional<BlobId> after,
                                    std::size_t blobs_max);

}  // namespace paraph::store::rocks
