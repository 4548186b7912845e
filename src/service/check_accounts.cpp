// The passes of check_walk.h over domains, accounts, quotas, signatures, uploads and numbers.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/signing_key.h"
#include "record/keys.h"
#include "service/check_walk.h"
#include "service/signature_rows.h"

namespace paraph::service {
namespace {

/// Letters of all families (record/keys.h), in order.
constexpr std::string_view kFamilies = "ADEFIKMPQRSTUabcdehiklmnpqrstuwx";
constexpr std::size_t kUnknownKeysShown = 100;

std::string family_end(char family) { return std::string(1, static_cast<char>(family + 1)); }

std::vector<std::string> addresses_of(const record::Account& account) {
  std::vector<std::string> addresses = account.aliases;
  addresses.push_back(account.address);
  for (auto& address : addresses) address = lowered(address);
  return addresses;
}

}  // namespace

Task<Result<void>> CheckWalk::check_unknown_keys() {
  std::string from = std::string(1, '\0');
  for (const char family : kFamilies) {
    store::Scan gap{.from = from, .to = std::string(1, family), .entries_max = kUnknownKeysShown};
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(std::move(gap)));
    for (const auto& row : rows) {
      PARAPH_CO_CHECK(co_await note("key.unknown", fmt::format("no record has the key {}", printable(row.key))));
    }
    from = family_end(family);
  }
  store::Scan rest{.from = from, .to = std::string(store::kKeyBytesMax, '\xFF'), .entries_max = kUnknownKeysShown};
  PARAPH_CO_TRY(const auto rows, co_await store_.scan(std::move(rest)));
  for (const auto& row : rows) {
    PARAPH_CO_CHECK(co_await note("key.unknown", fmt::format("no record has the key {}", printable(row.key))));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_small(const Rows& rows) {
  for (const auto& row : rows) {
    const std::string_view name = std::string_view(row.key).substr(1);
    bool good = true;
    if (row.key[0] == 'D') {
      const auto domain = record::parse_domain(row.value);
      good = domain && *domain == name;
    } else if (row.key[0] == 'F' || row.key[0] == 'I') {
      good = parse_decimal(row.value).has_value();
    }
    if (!good) note_unreadable("record", row);
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_key_ring(const Rows& rows) {
  for (const auto& row : rows) {
    const auto ring = record::parse_key_ring(row.value);
    if (!ring || row.key.size() != 1) {
      note_unreadable("key ring", row);
      continue;
    }
    for (const auto& key : *ring) {
      PARAPH_CO_TRY(const auto secret, co_await store_.get(record::server_key_key(key.id)));
      if (secret) continue;
      PARAPH_CO_CHECK(co_await note("key.missing", fmt::format("the secret of the key {} is not there", key.id)));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_policies(const Rows& rows) {
  for (const auto& row : rows) {
    if (!record::parse_settings(row.value)) {
      note_unreadable("policy", row);
      continue;
    }
    const std::string_view name = std::string_view(row.key).substr(1);
    if (row.key[0] == 'E') continue;  // its domain is not here
    const bool of_domain = row.key[0] == 'P';
    const auto owner = of_domain ? record::domain_key(name) : record::account_key({record::last_number(name, 8)});
    PARAPH_CO_TRY(const auto there, co_await store_.get(owner));
    if (there) continue;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, std::nullopt});
    PARAPH_CO_CHECK(co_await note(
        "policy.dangling",
        of_domain ? fmt::format("a policy is of the domain {}, which is not there", printable(name))
                  : fmt::format("a policy is of account {}, which is not there", record::last_number(name, 8)),
        std::move(repair)));
  }
  co_return Result<void>();
}

/// A key that outlived its domain would sign again when the domain comes back, though nobody publishes it any more.
Task<Result<void>> CheckWalk::check_dkim_keys(const Rows& rows) {
  for (const auto& row : rows) {
    const auto key = record::parse_dkim_key(row.value);
    const bool good = key && row.key == record::dkim_key_key(key->domain, key->selector) &&
                      crypto::SigningKey::load(key->private_key).has_value();
    if (!good) {
      note_unreadable("DKIM key", row);
      continue;
    }
    PARAPH_CO_TRY(const auto domain, co_await store_.get(record::domain_key(key->domain)));
    if (domain) continue;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, std::nullopt});
    PARAPH_CO_CHECK(co_await note(
        "dkim.domain", fmt::format("the DKIM key {} is of no local domain", printable(row.key)), std::move(repair)));
  }
  co_return Result<void>();
}

// --- accounts and their addresses

Task<Result<void>> CheckWalk::check_accounts(const Rows& rows) {
  for (const auto& row : rows) {
    const AccountId id{record::last_number(row.key, 8)};
    const auto account = record::parse_account(row.value);
    if (!account || account->id != id) {
      note_unreadable("account", row);
      continue;
    }
    saw_number("account", id.value);
    accounts_[id.value].listed = true;
    for (const auto& address : addresses_of(*account)) {
      const std::string key = record::address_key(address);
      PARAPH_CO_TRY(const auto value, co_await store_.get(key));
      if (value && record::parse_number_value(*value) == id.value) continue;
      store::Batch repair;
      if (!value) {
        repair.expects.push_back({key, std::nullopt});
        repair.writes.push_back({key, record::number_value(id.value)});
      }
      PARAPH_CO_CHECK(co_await note("address.missing",
                                    fmt::format("the address {} does not lead to its account", printable(address)),
                                    std::move(repair)));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_addresses(const Rows& rows) {
  for (const auto& row : rows) {
    const auto id = record::parse_number_value(row.value);
    bool good = false;
    if (id && accounts_.contains(*id)) {
      PARAPH_CO_TRY(const auto octets, co_await store_.get(record::account_key(AccountId{*id})));
      const auto account = octets ? record::parse_account(*octets) : fail(Code::NotFound, "");
      const auto addresses = account ? addresses_of(*account) : std::vector<std::string>();
      good = std::ranges::find(addresses, row.key.substr(1)) != addresses.end();
    }
    if (good) continue;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, std::nullopt});
    PARAPH_CO_CHECK(co_await note(
        "address.dangling", fmt::format("the address {} leads to no account that has it", printable(row.key.substr(1))),
        std::move(repair)));
  }
  co_return Result<void>();
}

// --- quotas: accounts_ holds what the mailboxes add up to; what a counter answers for is taken out

Task<Result<void>> CheckWalk::check_quotas(const Rows& rows) {
  for (const auto& row : rows) {
    const bool shaped = row.key.size() == 10 && (row.key[9] == 'b' || row.key[9] == 'm');
    const std::uint64_t id = shaped ? record::last_number(std::string_view(row.key).substr(0, 9), 8) : 0;
    const auto found = accounts_.find(id);
    if (!shaped || found == accounts_.end()) {
      PARAPH_CO_CHECK(co_await note("key.unknown", fmt::format("the counter {} is of no account", printable(row.key))));
      continue;
    }
    const bool bytes = row.key[9] == 'b';
    const std::uint64_t used = std::exchange(bytes ? found->second.bytes : found->second.messages, 0);
    if (parse_decimal(row.value) == used && used != 0) continue;
    store::Batch repair;
    repair.expects.push_back({row.key, row.value});
    repair.writes.push_back({row.key, used == 0 ? std::nullopt : std::optional(fmt::to_string(used))});
    PARAPH_CO_CHECK(
        co_await note(bytes ? "quota.bytes" : "quota.messages",
                      fmt::format("account {} is counted as {} and uses {}", id, printable(row.value), used),
                      if_sure(std::move(repair))));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_missing_quotas() {
  for (const auto& [id, account] : accounts_) {
    for (const bool bytes : {true, false}) {
      const std::uint64_t used = bytes ? account.bytes : account.messages;
      if (used == 0 || !account.listed) continue;
      const std::string key =
          bytes ? record::quota_bytes_key(AccountId{id}) : record::quota_messages_key(AccountId{id});
      store::Batch repair;
      repair.expects.push_back({key, std::nullopt});
      repair.writes.push_back({key, fmt::to_string(used)});
      PARAPH_CO_CHECK(co_await note(bytes ? "quota.bytes" : "quota.messages",
                                    fmt::format("account {} is not counted and uses {}", id, used),
                                    if_sure(std::move(repair))));
    }
  }
  co_return Result<void>();
}

// --- signatures

Task<Result<void>> CheckWalk::check_heads(const Rows& rows) {
  for (const auto& row : rows) {
    const std::uint64_t id = record::last_number(row.key, 8);
    const auto head = record::parse_signature_head(row.value);
    if (!head) {
      note_unreadable("signature head", row);
      continue;
    }
    if (!accounts_.contains(id)) {
      PARAPH_CO_CHECK(
          co_await note("signature.account", fmt::format("a signature is of account {}, which is not there", id)));
    }
    auto& numbers = heads_[id];
    numbers.insert(head->kept.begin(), head->kept.end());
    if (head->current != 0) numbers.insert(head->current);
    for (const auto number : numbers) {
      PARAPH_CO_TRY(const auto revision, co_await store_.get(record::signature_key(AccountId{id}, number)));
      if (revision) continue;
      PARAPH_CO_CHECK(co_await note("signature.missing", fmt::format("account {} has no revision {}", id, number)));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_signatures(const Rows& rows) {
  for (const auto& row : rows) {
    const auto signature = record::parse_signature(row.value);
    if (!signature || row.key.size() != 17) {
      note_unreadable("signature", row);
      continue;
    }
    const std::uint64_t id = record::last_number(std::string_view(row.key).substr(0, 9), 8);
    const std::uint64_t number = record::last_number(row.key, 8);
    const auto head = heads_.find(id);
    if (head == heads_.end() || !head->second.contains(number)) {
      store::Batch repair;
      repair.expects.push_back({row.key, row.value});
      repair.writes.push_back({row.key, std::nullopt});
      PARAPH_CO_CHECK(co_await note(
          "signature.extra", fmt::format("revision {} of account {} is neither its current one nor kept", number, id),
          std::move(repair)));
      if (repair_ == Repair::Yes) continue;
    }
    for (const auto& blob : media_of(*signature)) count_blob(blob);
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_remote_signatures(const Rows& rows) {
  for (const auto& row : rows) {
    const auto remote = record::parse_remote_signature(row.value);
    if (!remote || !record::remote_signature_names(row.key)) {
      note_unreadable("signature from elsewhere", row);
      continue;
    }
    for (const auto& blob : media_of(remote->signature)) count_blob(blob);
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_uploads(const Rows& rows) {
  for (const auto& row : rows) {
    saw_number("upload", record::last_number(row.key, 8));
    const auto blobs = record::parse_upload(row.value);
    if (!blobs) {
      note_unreadable("upload", row);
      continue;
    }
    for (const auto& blob : *blobs) count_blob(blob);
  }
  co_return Result<void>();
}

// --- numbers: what is handed out next must be new

Task<Result<void>> CheckWalk::check_numbers() {
  for (const auto& [kind, highest] : highest_) {
    const std::string key = record::counter_key(kind);
    PARAPH_CO_TRY(auto value, co_await store_.get(key));
    const auto next = value ? parse_decimal(*value) : std::optional<std::uint64_t>(1);
    if (next && *next > highest) continue;
    store::Batch repair;
    repair.expects.push_back({key, std::move(value)});
    repair.writes.push_back({key, fmt::to_string(highest + 1)});
    PARAPH_CO_CHECK(co_await note("number.low", fmt::format("the next {} would get a number that is taken", kind),
                                  std::move(repair)));
  }
  co_return Result<void>();
}

}  // namespace paraph::service
