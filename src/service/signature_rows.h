#pragma once
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/signature.h"
#include "store/store.h"

namespace paraph::service {

/// The blobs of a signature's picture and voice, each once: its record holds one reference to each of them.
std::vector<BlobId> media_of(const mail::Signature& signature);

/// Erases all that is stored of an account's signature, and gives its media back. For an account that goes away.
Task<Result<void>> remove_signatures(store::Store& store, AccountId account);

}  // namespace paraph::service
