#include "service/dkim_keys.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/text.h"
#include "dkim/sign.h"
#include "record/codec.h"
#include "record/keys.h"

namespace paraph::service {
namespace {

constexpr int kKeysADayMax = 100;
constexpr std::size_t kRowsPerBatch = 500;

/// "p20261128r"; the second one of a day is "p20261128r2".
std::string selector_of(Time now, crypto::KeyKind kind, int number) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
  auto selector = fmt::format("p{:04}{:02}{:02}{}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                              static_cast<unsigned>(day.day()), kind == crypto::KeyKind::Rsa ? 'r' : 'e');
  if (number > 1) selector += fmt::to_string(number);
  return selector;
}

}  // namespace

Task<Result<std::vector<DkimKey>>> load_dkim_keys(store::Store& store, std::string domain) {
  std::vector<DkimKey> keys;
  store::Scan scan = record::all_with(record::dkim_keys_prefix(lowered(domain)));
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store.scan(scan));
    for (const auto& row : rows) {
      PARAPH_CO_TRY(auto stored, record::parse_dkim_key(row.value));
      auto key = crypto::SigningKey::load(stored.private_key);
      if (!key) co_return fail(Code::Corrupt, "a stored DKIM key is damaged: run `paraph check`");
      keys.push_back({std::move(stored.domain), std::move(stored.selector), std::move(*key), stored.created});
    }
    if (rows.size() < scan.entries_max) co_return keys;
    scan.from = rows.back().key + '\0';
  }
}

Task<Result<void>> remove_dkim_keys(store::Store& store, std::string domain) {
  store::Scan scan = record::all_with(record::dkim_keys_prefix(lowered(domain)));
  scan.entries_max = kRowsPerBatch;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store.scan(scan));
    if (rows.empty()) co_return Result<void>();
    store::Batch batch;
    for (const auto& row : rows) batch.writes.push_back({row.key, std::nullopt});
    batch.topics.push_back(kDkimTopic);
    PARAPH_CO_CHECK(co_await store.commit(std::move(batch)));
  }
}

Task<Result<std::vector<DkimKey>>> DkimKeys::create(std::string domain) {
  domain = lowered(domain);
  const std::string domain_key = record::domain_key(domain);
  PARAPH_CO_TRY(const auto served, co_await store_.get(domain_key));
  if (!served) co_return fail(Code::NotFound, fmt::format("{} is not a local domain", printable(domain)));
  PARAPH_CO_TRY(auto rsa, co_await make_key_(crypto::KeyKind::Rsa));
  PARAPH_CO_TRY(auto ed25519, co_await make_key_(crypto::KeyKind::Ed25519));
  for (int number = 1; number <= kKeysADayMax; ++number) {
    std::vector<DkimKey> keys;
    store::Batch batch;
    batch.expects.push_back({domain_key, served});
    for (const auto& key : {rsa, ed25519}) {
      keys.push_back({domain, selector_of(clock_.now(), key.kind(), number), key, clock_.now()});
      PARAPH_CO_TRY(auto octets, key.pkcs8());
      const auto name = record::dkim_key_key(domain, keys.back().selector);
      batch.expects.push_back({name, std::nullopt});
      batch.writes.push_back(
          {name, record::format_dkim_key({domain, keys.back().selector, std::move(octets), keys.back().created})});
    }
    batch.topics.push_back(kDkimTopic);
    auto done = co_await store_.commit(std::move(batch));
    if (done) co_return keys;
    if (done.error().code != Code::Conflict) co_return fail(std::move(done));
    PARAPH_CO_TRY(const auto still, co_await store_.get(domain_key));
    if (still != served) co_return fail(Code::NotFound, fmt::format("{} is not a local domain", printable(domain)));
  }
  co_return fail(Code::Conflict, fmt::format("{} has {} keys of today already", domain, kKeysADayMax));
}

Result<std::string> format_dkim_zone_line(const DkimKey& key) {
  PARAPH_TRY(const auto record, dkim::format_key_record(key.key));
  return dkim::format_zone_line(fmt::format("{}._domainkey.{}", key.selector, key.domain), record);
}

}  // namespace paraph::service
