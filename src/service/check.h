#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::service {

enum class Repair { No, Yes };

/// One inconsistency: a stable name ("blob.references", "mailbox.count", ...) and a sentence.
struct Finding {
  std::string name;
  std::string text;
  bool repaired = false;
};

/// Walks the whole store and reports every inconsistency, in bounded memory for what is large (blobs, entries); repairs
/// only when told, and only what can be put right without guessing. For `paraph check`. Returns the number of findings.
Task<Result<std::size_t>> check_store(store::Store& store, Repair repair, std::function<void(const Finding&)> report);

}  // namespace paraph::service
