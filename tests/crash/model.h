#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace paraph::tests {

/// What a store must hold. Sessions change the store and this together; each works on keys of its own, shares one blob
/// with all others, and adds to one counter with them. A commit that was not answered is in doubt: it may be there
/// whole, or not at all.
class Model {
 public:
  /// Eight sessions on two event loops commit until `ended` is true or the store fails them.
  void work(store::Store& store, std::uint64_t seed, std::function<bool()> ended);

  /// A sentence about the first thing that differs, or "". What was in doubt is then known.
  std::string compare(store::Store& store);

 private:
  /// A stored item is three keys and a blob: any part without the others is a half batch.
  struct Item {
    std::string octets;
  };
  using Items = std::map<std::uint64_t, Item>;
  struct Session {
    std::uint64_t next = 0;
    Items items;                    ///< as of the last answered commit
    std::optional<Items> in_doubt;  ///< as of the commit that was not answered
  };

  Task<void> run_session(store::Store& store, std::size_t number, std::uint64_t seed, std::function<bool()> ended);
  static store::Batch step(std::size_t number, Session& session, Items& after, std::uint64_t chance);
  static std::string find_difference(store::Store& store, std::size_t number, const Items& items);
  std::string compare_shared(store::Store& store) const;

  std::vector<Session> sessions_ = std::vector<Session>(8);
};

}  // namespace paraph::tests
