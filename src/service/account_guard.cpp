#include "service/account_guard.h"

#include "record/codec.h"
#include "record/keys.h"

namespace paraph::service {

Task<Result<void>> expect_account(store::Store& store, store::Batch& batch, AccountId account) {
  const std::string key = record::account_key(account);
  PARAPH_CO_TRY(auto octets, co_await store.get(key));
  if (!octets) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto found, record::parse_account(*octets));
  if (found.removing) co_return fail(Code::NotFound, "the account is being removed");
  batch.expects.push_back({key, std::move(octets)});
  co_return Result<void>();
}

}  // namespace paraph::service
