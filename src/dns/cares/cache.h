#pragma once
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dns/cares/answer.h"

namespace paraph::dns::cares {

/// No answer is believed longer, whatever TTL its server gave.
inline constexpr std::chrono::seconds kKeptMax{3600};
/// Nor that there is none, or no such name: whoever mends a zone waits no longer than this.
inline constexpr std::chrono::seconds kNothingKeptMax{300};

/// What DNS answered, and that it is still true (RFC 1035 §7.4, RFC 2308): a thousand messages of one domain ask once.
/// Failures are not kept. Any thread. Bounded by the octets it takes: two halves, of which the older one goes when the
/// newer is full; what is asked for moves to the newer one.
class Cache {
 public:
  using Now = std::chrono::steady_clock::time_point;

  explicit Cache(std::size_t bytes_max) : half_bytes_max_(bytes_max / 2) {}

  /// nullopt: it must be asked.
  std::optional<Result<Answer>> find(const std::vector<Kind>& kinds, const std::string& name, Now now);
  /// `life`: of its records. What is 0 or a failure is passed over.
  void keep(const std::vector<Kind>& kinds, const std::string& name, const Result<Answer>& answer,
            std::chrono::seconds life, Now now);

 private:
  struct Entry {
    Result<Answer> answer;
    Now until;
    std::size_t bytes = 0;
  };
  using Half = std::unordered_map<std::string, Entry>;

  void put(std::string key, Entry entry);

  const std::size_t half_bytes_max_;
  std::mutex mutex_;
  Half newer_, older_;  ///< under mutex_, as is
  std::size_t newer_bytes_ = 0;
};

}  // namespace paraph::dns::cares
