#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "store/store.h"

namespace paraph::service {

/// What domains refused of signatures: media that they cannot take (RFC 3463: 5.6.1, 5.6.3). Mail there goes without it
/// for 30 days; then it is tried once more, since servers change. A row for each domain, at most kRefusalsMax: past
/// that those go first whose time is over first. Rows go when another is written. Any event loop.
class Refusals {
 public:
  Refusals(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// What mail to `domain`, lower case, goes without. Codes of the store.
  Task<Result<record::LeftOut>> find(std::string domain);
  /// The domain refused what is named there, with this reply, and took the message without it. What it refused before
  /// counts too. Conflict: somebody else noted it at once.
  Task<Result<void>> note(std::string domain, record::LeftOut left_out, std::string reply);

  struct Row {
    std::string domain;
    record::Refusal refusal;
  };
  /// All that count now, in order of name.
  Task<Result<std::vector<Row>>> list();
  /// The next message goes whole again. NotFound.
  Task<Result<void>> forget(std::string domain);

  static constexpr std::chrono::hours kKeptFor{30 * 24};
  static constexpr std::size_t kRefusalsMax = 1000;

 private:
  Task<Result<void>> make_room(store::Batch& batch);

  store::Store& store_;
  const Clock& clock_;
};

/// "voice", "voice, picture, HTML", "signature"; "" for Nothing.
std::string name_of(record::LeftOut left_out);

}  // namespace paraph::service
