#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "store/store.h"

namespace paraph::queue {

/// The MTA-STS policies of domains, as the store keeps them: a policy protects only who still knows it (RFC 8461
/// §10.2). A row for each domain, read when mail goes there. Each save looks at some rows, one after the other in
/// turns: those whose time is over go, and while the last turn counted more than kRowsMax, of each look those fetched
/// longest ago: what is in use is fetched anew each day (mta_sts.h), so that whoever has policies for many names
/// fetched that end late puts out his own. Any event loop; one for a server.
class StsRows {
 public:
  StsRows(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// What is known of `domain`, lower case, and still holds; a row that cannot be read says nothing (`paraph check`
  /// tells). Codes of the store.
  Task<Result<std::optional<record::TlsPolicy>>> load(std::string domain);
  /// In the place of what was known. Codes of the store.
  Task<Result<void>> save(std::string domain, record::TlsPolicy policy);

  static constexpr std::size_t kRowsMax = 10'000;

 private:
  Task<Result<void>> add_sweep(store::Batch& batch, const std::string& except);
  std::size_t count_turn(const std::string& from, const std::vector<store::KeyValue>& rows);

  store::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;         ///< over all below
  std::string hand_;         ///< where the next look begins; "": at the first row
  std::size_t turn_ = 0;     ///< rows seen in this turn
  std::size_t counted_ = 0;  ///< in the turn before
};

}  // namespace paraph::queue
