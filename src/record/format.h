#pragma once
#include <cstdint>

#include "base/result.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::record {

/// The form of everything stored, as this server writes it. It rises only when an older server could not read what a
/// newer one writes; each rise gets a line here.
///   1  the first
inline constexpr std::uint64_t kFormat = 1;

/// Call before anything else touches the store. An empty store gets `newest` as its number; an older one is accepted,
/// and its number raised, since from now on it is written in the newer form. Codes: Unsupported (written by a newer
/// server; the sentence says so), Corrupt (records without a number), Conflict (somebody else opens it now), and those
/// of the store. `newest` differs from kFormat in tests only.
Task<Result<void>> check_format(store::Store& store, std::uint64_t newest = kFormat);

}  // namespace paraph::record
