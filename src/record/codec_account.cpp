#include "record/codec.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

void set(pb::Verifier& out, const Verifier& verifier) {
  out.set_argon2(verifier.argon2);
  out.set_scram_salt(verifier.scram_salt);
  out.set_scram_iterations(verifier.scram_iterations);
  out.set_stored_key(verifier.stored_key);
  out.set_server_key(verifier.server_key);
}

Verifier verifier_of(const pb::Verifier& in) {
  return {.argon2 = in.argon2(),
          .scram_salt = in.scram_salt(),
          .stored_key = in.stored_key(),
          .server_key = in.server_key(),
          .scram_iterations = in.scram_iterations()};
}

}  // namespace

std::string format_account(const Account& account) {
  Parsed<pb::Account> out;
  out->set_id(account.id.value);
  out->set_address(account.address);
  out->set_name(account.name);
  out->set_tel(account.tel);
  set(*out->mutable_verifier(), account.verifier);
  out->set_signature_on(account.signature_on);
  out->set_quota_bytes(account.quota_bytes);
  out->set_quota_messages(account.quota_messages);
  out->set_removing(account.removing);
  for (const auto& alias : account.aliases) out->add_aliases(alias);
  return out->SerializeAsString();
}

Result<Account> parse_account(std::string_view octets) {
  Parsed<pb::Account> in;
  if (!in.parse(octets) || in->id() == 0) return corrupt("account");
  Account account;
  account.id = AccountId{in->id()};
  account.address = in->address();
  account.name = in->name();
  account.tel = in->tel();
  account.verifier = verifier_of(in->verifier());
  account.signature_on = in->signature_on();
  account.quota_bytes = in->quota_bytes();
  account.quota_messages = in->quota_messages();
  account.removing = in->removing();
  account.aliases.assign(in->aliases().begin(), in->aliases().end());
  return account;
}

std::string format_domain(std::string_view name) {
  Parsed<pb::Domain> out;
  out->set_name(std::string(name));
  return out->SerializeAsString();
}

Result<std::string> parse_domain(std::string_view octets) {
  Parsed<pb::Domain> in;
  if (!in.parse(octets) || in->name().empty()) return corrupt("domain");
  return in->name();
}

std::string format_dkim_key(const DkimKey& key) {
  Parsed<pb::DkimKey> out;
  out->set_domain(key.domain);
  out->set_selector(key.selector);
  out->set_private_key(key.private_key);
  out->set_created(unix_seconds(key.created));
  return out->SerializeAsString();
}

Result<DkimKey> parse_dkim_key(std::string_view octets) {
  Parsed<pb::DkimKey> in;
  if (!in.parse(octets)) return corrupt("DKIM key");
  const auto created = time_of(in->created());
  if (!created || in->domain().empty() || in->selector().empty() || in->private_key().empty())
    return corrupt("DKIM key");
  return DkimKey{in->domain(), in->selector(), in->private_key(), *created};
}

}  // namespace paraph::record
