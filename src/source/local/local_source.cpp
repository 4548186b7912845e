#include "source/local/local_source.h"

#include "base/text.h"
#include "record/codec.h"
#include "record/keys.h"

namespace paraph::source::local {
namespace {

Task<Result<record::Account>> find_account(store::Store& store, const std::string& owner) {
  if (owner.empty() || owner.size() >= store::kKeyBytesMax) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto value, co_await store.get(record::address_key(lowered(owner))));
  const auto id = value ? record::parse_number_value(*value) : std::nullopt;
  if (!id) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto octets, co_await store.get(record::account_key(AccountId{*id})));
  if (!octets) co_return fail(Code::NotFound, "no such account");
  co_return record::parse_account(*octets);
}

}  // namespace

Task<Result<Acquired>> LocalSource::acquire(std::string owner) {
  PARAPH_CO_TRY(const auto account, co_await find_account(store_, owner));
  Acquired acquired;
  if (account.removing || !account.signature_on) co_return acquired;
  PARAPH_CO_TRY(const auto head_octets, co_await store_.get(record::signature_head_key(account.id)));
  if (!head_octets) co_return acquired;
  PARAPH_CO_TRY(auto head, record::parse_signature_head(*head_octets));
  acquired.past = std::move(head.past);
  if (head.current == 0) co_return acquired;
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::signature_key(account.id, head.current)));
  // A change between the two reads took the revision away: the next call finds the new one.
  if (!octets) co_return fail(Code::Unavailable, "the signature is being changed");
  PARAPH_CO_TRY(acquired.signature, record::parse_signature(*octets));
  co_return acquired;
}

}  // namespace paraph::source::local
