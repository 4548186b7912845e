#include "dns/memory/memory_resolver.h"

#include <algorithm>

#include "base/assert.h"
#include "dns/names.h"

namespace paraph::dns::memory {
namespace {

template <class T>
Result<std::vector<T>> bounded(std::vector<T> records) {
  if (records.size() > kRecordsMax) return fail(Code::TooLarge, "too many records in one answer");
  return records;
}

}  // namespace

MemoryResolver::Records& MemoryResolver::records_at(std::string_view name) {
  const auto canonical = canonical_name(name);
  PARAPH_ASSERT(canonical.has_value());
  return table_[*canonical];
}

void MemoryResolver::add_txt(std::string_view name, std::string text) {
  const std::lock_guard lock(mutex_);
  records_at(name).texts.push_back(std::move(text));
}

void MemoryResolver::add_mx(std::string_view name, Mx mx) {
  if (!mx.host.empty()) PARAPH_ASSERT(canonical_name(mx.host) == mx.host);
  const std::lock_guard lock(mutex_);
  records_at(name).exchanges.push_back(std::move(mx));
}

void MemoryResolver::add_address(std::string_view name, Address address) {
  const std::lock_guard lock(mutex_);
  records_at(name).addresses.push_back(address);
}

void MemoryResolver::add_ptr(const Address& address, std::string host) {
  PARAPH_ASSERT(canonical_name(host) == host);
  const std::lock_guard lock(mutex_);
  records_at(reverse_name(address)).hosts.push_back(std::move(host));
}

void MemoryResolver::set_secure(std::string_view name) {
  const std::lock_guard lock(mutex_);
  records_at(name).secure = true;
}

void MemoryResolver::add_tlsa(std::string_view host, std::uint16_t port, Tlsa tlsa) {
  const std::lock_guard lock(mutex_);
  records_at(tlsa_name(host, port)).tlsas.push_back(std::move(tlsa));
}

std::vector<std::string> MemoryResolver::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

/// A name above one that exists does exist (RFC 8020).
Result<MemoryResolver::Records> MemoryResolver::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = table_.find(name); found != table_.end()) return found->second;
  const auto is_above = [&](const auto& entry) { return entry.first.ends_with("." + name); };
  if (std::ranges::any_of(table_, is_above)) return Records{};
  return fail(Code::NotFound, name + " does not exist");
}

Task<Result<MemoryResolver::Records>> MemoryResolver::ask(std::string type, std::string name,
                                                          std::chrono::milliseconds within) {
  PARAPH_CO_TRY(const auto canonical, canonical_name(name));
  if (within.count() <= 0) co_return fail(Code::Unavailable, "no time is left to ask for " + canonical);
  const auto question = type + " " + canonical;
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back(question);
  }
  if (hook_) {
    PARAPH_CO_CHECK(co_await hook_(question, within));
  }
  co_return find(canonical);
}

Task<Result<std::vector<std::string>>> MemoryResolver::txt(std::string name, std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto records, co_await ask("TXT", std::move(name), within));
  co_return bounded(std::move(records.texts));
}

Task<Result<std::vector<Mx>>> MemoryResolver::mx(std::string name, std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto records, co_await ask("MX", std::move(name), within));
  std::ranges::sort(records.exchanges);
  for (auto& mx : records.exchanges) mx.secure = records.secure;
  co_return bounded(std::move(records.exchanges));
}

Task<Result<std::vector<Address>>> MemoryResolver::addresses(std::string name, Family family,
                                                             std::chrono::milliseconds within) {
  const std::string type = family == Family::V4 ? "A" : family == Family::V6 ? "AAAA" : "A+AAAA";
  PARAPH_CO_TRY(auto records, co_await ask(type, std::move(name), within));
  const auto is_other = [&](const Address& address) {
    return family != Family::Both && address.v6 != (family == Family::V6);
  };
  std::erase_if(records.addresses, is_other);
  co_return bounded(std::move(records.addresses));
}

Task<Result<std::vector<Tlsa>>> MemoryResolver::tlsa(std::string host, std::uint16_t port,
                                                     std::chrono::milliseconds within) {
  PARAPH_CO_TRY(const auto own, co_await ask("A+AAAA", host, within));
  if (!own.secure) co_return std::vector<Tlsa>();
  auto records = co_await ask("TLSA", tlsa_name(host, port), within);
  if (!records && records.error().code == Code::NotFound) co_return std::vector<Tlsa>();
  if (!records) co_return fail(std::move(records));
  co_return bounded(std::move(records->tlsas));
}

Task<Result<std::vector<std::string>>> MemoryResolver::ptr(Address address, std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto records, co_await ask("PTR", reverse_name(address), within));
  co_return bounded(std::move(records.hosts));
}

}  // namespace paraph::dns::memory
