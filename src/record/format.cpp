#include "record/format.h"

#include <fmt/format.h>

#include "base/text.h"
#include "record/keys.h"

namespace paraph::record {
namespace {

/// The number that the store carries; nullopt: the store is empty.
Task<Result<std::optional<std::uint64_t>>> load_format(store::Store& store) {
  PARAPH_CO_TRY(const auto value, co_await store.get(format_key()));
  if (value) {
    const auto number = parse_decimal(*value);
    if (!number) co_return fail(Code::Corrupt, "the store's format number is not a number: restore it from a backup");
    co_return number;
  }
  store::Scan any{.from = "", .to = "\xFF", .entries_max = 1};
  PARAPH_CO_TRY(const auto found, co_await store.scan(std::move(any)));
  if (!found.empty())
    co_return fail(Code::Corrupt, "the store holds records but no format number: restore it from a backup");
  co_return std::optional<std::uint64_t>();
}

std::optional<std::string> decimal(std::optional<std::uint64_t> number) {
  return number ? std::optional(fmt::to_string(*number)) : std::nullopt;
}

}  // namespace

Task<Result<void>> check_format(store::Store& store, std::uint64_t newest) {
  PARAPH_CO_TRY(const auto found, co_await load_format(store));
  if (found == newest) co_return Result<void>();
  if (found > newest) {
    co_return fail(Code::Unsupported,
                   fmt::format("the store has format {} and this server knows formats up to {}: start a newer paraph",
                               *found, newest));
  }
  store::Batch batch;
  batch.expects.push_back({format_key(), decimal(found)});
  batch.writes.push_back({format_key(), decimal(newest)});
  co_return co_await store.commit(std::move(batch));
}

}  // namespace paraph::record
