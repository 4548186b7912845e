#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dns/dns.h"

namespace paraph::dns::memory {

/// The twin: a table in memory. Stricter than DNS: it answers nothing that was not put in, counts every question, and
/// asserts that what is put in are names. Callable from any thread; outlives the tasks that wait in its hook.
class MemoryResolver final : public Resolver {
 public:
  /// Runs before the table is looked at, with "TXT example.com", and what the caller allows. It may wait (for a test's
  /// own event, never for time) and may answer a failure, which becomes the lookup's. Set it before the first lookup.
  using Hook = std::function<Task<Result<void>>(std::string question, std::chrono::milliseconds within)>;

  explicit MemoryResolver(Hook hook = nullptr) : hook_(std::move(hook)) {}

  void add_txt(std::string_view name, std::string text);
  void add_mx(std::string_view name, Mx mx);
  void add_address(std::string_view name, Address address);
  void add_ptr(const Address& address, std::string host);
  /// DNSSEC vouches for what is at `name`, and for the TLSA records below it.
  void set_secure(std::string_view name);
  void add_tlsa(std::string_view host, std::uint16_t port, Tlsa tlsa);

  /// What was asked so far, refused names left out, in order: "TXT example.com", "A example.com", "PTR 1.0.…".
  std::vector<std::string> questions() const;

  Task<Result<std::vector<std::string>>> txt(std::string name, std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<Mx>>> mx(std::string name, std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<Address>>> addresses(std::string name, Family family = Family::Both,
                                               std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<Tlsa>>> tlsa(std::string host, std::uint16_t port,
                                       std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<std::string>>> ptr(Address address, std::chrono::milliseconds within = kWithin) override;

 private:
  struct Records {
    std::vector<std::string> texts;
    std::vector<Mx> exchanges;
    std::vector<Address> addresses;
    std::vector<std::string> hosts;
    std::vector<Tlsa> tlsas;
    bool secure = false;
  };

  Records& records_at(std::string_view name);
  Result<Records> find(const std::string& name) const;
  Task<Result<Records>> ask(std::string type, std::string name, std::chrono::milliseconds within);

  const Hook hook_;
  mutable std::mutex mutex_;
  std::map<std::string, Records, std::less<>> table_;
  std::vector<std::string> questions_;
};

}  // namespace paraph::dns::memory
