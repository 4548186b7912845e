#pragma once
#include "base/result.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::service {

/// Makes the batch depend on the account as it is, so that nothing is made for one that goes away meanwhile. NotFound
/// when it is gone or in removal.
Task<Result<void>> expect_account(store::Store& store, store::Batch& batch, AccountId account);

}  // namespace paraph::service
