#include "source/local/local_source.h"

#include "base/text.h"
#include "record/codec.h"
#include "record/keys.h"

namespace paraph::source::local {
namespace {

/// A change of the signature between two reads asks for another look.
constexpr int kLooksMax = 3;

Task<Result<AccountId>> find_account(store::Store& store, const std::string& owner) {
  if (owner.empty() || owner.size() >= store::kKeyBytesMax) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto value, co_await store.get(record::address_key(lowered(owner))));
  const auto id = value ? record::parse_number_value(*value) : std::nullopt;
  if (!id) co_return fail(Code::NotFound, "no such account");
  co_return AccountId{*id};
}

/// What an account says of its user: its name, its number, and the address that was asked for.
std::map<std::string, std::string> fields_of(const record::Account& account, const std::string& owner) {
  return {{"displayName", account.name}, {"mail", owner}, {"tel", account.tel}};
}

/// Conflict: the revision that the head names was replaced meanwhile.
Task<Result<Acquired>> look(store::Store& store, AccountId id, std::string owner) {
  std::vector<std::string> keys{record::account_key(id), record::signature_head_key(id)};
  PARAPH_CO_TRY(const auto values, co_await store.get_many(std::move(keys)));
  if (!values[0]) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto account, record::parse_account(*values[0]));
  Acquired acquired;
  acquired.off = account.removing || !account.signature_on;
  if (acquired.off) co_return acquired;
  acquired.fields = fields_of(account, owner);
  if (!values[1]) co_return acquired;
  PARAPH_CO_TRY(auto head, record::parse_signature_head(*values[1]));
  acquired.past = std::move(head.past);
  if (head.current == 0) co_return acquired;
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::signature_key(id, head.current)));
  if (!octets) co_return fail(Code::Conflict, "the signature is being changed");
  PARAPH_CO_TRY(acquired.signature, record::parse_signature(*octets));
  co_return acquired;
}

}  // namespace

Task<Result<Acquired>> LocalSource::acquire(std::string owner) {
  PARAPH_CO_TRY(const auto id, co_await find_account(store_, owner));
  for (int looks = 1;; ++looks) {
    auto found = co_await look(store_, id, owner);
    if (found || found.error().code != Code::Conflict) co_return found;
    if (looks == kLooksMax) co_return fail(Code::Unavailable, "the signature is being changed");
  }
}

Task<bool> LocalSource::prefetch(std::string owner) {
  const auto acquired = co_await acquire(std::move(owner));
  co_return acquired && (acquired->off || !acquired->signature.empty());
}

Task<Result<void>> LocalSource::forget(std::string) { co_return Result<void>(); }

}  // namespace paraph::source::local
