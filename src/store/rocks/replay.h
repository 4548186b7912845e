#pragma once
#include "store/rocks/database.h"
#include "store/rocks/segment.h"

namespace paraph::store::rocks {

/// Brings into RocksDB what the journal holds and RocksDB had not yet written out when the process ended, however it
/// ended. The position for the next record, in a new segment. Corrupt: a record is damaged and later ones are there, so
/// that going on would lose what was answered. Blocks; throws Broken.
Result<Position> replay(const Database& database, Segments& segments);

}  // namespace paraph::store::rocks
