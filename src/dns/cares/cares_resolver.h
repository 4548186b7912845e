#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dns/dns.h"

namespace paraph::dns::cares {

class Cache;
class Lookups;
enum class Kind;
struct Answer;

struct Options {
  /// "ADDRESS:PORT", IPv6 in brackets; empty: the system's, read anew for each lookup. Where it is no list of these,
  /// every lookup is Unavailable.
  std::vector<std::string> servers;
  std::size_t at_once = 256;       ///< lookups on the wire, each with a socket or two
  std::size_t in_line_max = 4096;  ///< more are Unavailable at once
  std::size_t cache_bytes = 8 << 20;
  /// The servers validate (DNSSEC), and nobody stands between: they are on loopback. Their AD bit is believed then.
  bool trust_ad = false;
};

/// Asks DNS servers, and keeps what they answered as long as that is true (cache.h).
class CaresResolver final : public Resolver {
 public:
  explicit CaresResolver(const Options& options = {});
  ~CaresResolver() override;

  Task<Result<std::vector<std::string>>> txt(std::string name, std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<Mx>>> mx(std::string name, std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<Address>>> addresses(std::string name, Family family = Family::Both,
                                               std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<Tlsa>>> tlsa(std::string host, std::uint16_t port,
                                       std::chrono::milliseconds within = kWithin) override;
  Task<Result<std::vector<std::string>>> ptr(Address address, std::chrono::milliseconds within = kWithin) override;

 private:
  struct Parts;
  Parts parts() const;
  /// The resolver may be gone when it ends.
  static Task<Result<Answer>> look_up(Parts parts, std::vector<Kind> kinds, std::string name,
                                      std::chrono::milliseconds within);

  const bool trust_ad_;
  std::shared_ptr<Cache> cache_;
  std::shared_ptr<Lookups> lookups_;  ///< this owns it alone
};

}  // namespace paraph::dns::cares
