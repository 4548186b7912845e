#include "service/server_key.h"

#include "record/keys.h"

namespace paraph::service {

Task<Result<std::string>> load_server_key(store::Store& store, crypto::Random& random, std::string name) {
  constexpr std::size_t kSecretBytes = 32;
  const std::string key = record::server_key_key(name);
  for (;;) {
    PARAPH_CO_TRY(auto found, co_await store.get(key));
    if (found) co_return std::move(*found);
    store::Batch batch;
    batch.expects.push_back({key, std::nullopt});
    batch.writes.push_back({key, random.octets(kSecretBytes)});
    auto made = co_await store.commit(std::move(batch));
    if (!made && made.error().code != Code::Conflict) co_return fail(std::move(made));
  }
}

}  // namespace paraph::service
