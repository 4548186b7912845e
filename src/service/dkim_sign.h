#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "service/dkim_keys.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// The last step before a message of ours gets its trace fields: DKIM-Signatures with its sender's domain's newest key
/// of each kind. Holds the keys of each domain it was asked for, and forgets them when kDkimTopic is woken. Any event
/// loop.
class DkimSigner {
 public:
  DkimSigner(store::Store& store, const Clock& clock);

  /// The DKIM-Signature fields to put on top of `top_fields` (Paraph-Signature), which will stand on top of the
  /// message;
  /// "" when the domain has no keys: that costs a look-up in memory. `blobs` are those not put yet. The body is read
  /// once, in pieces. DKIM-Signature fields of the same domain that a client wrote are taken out of `message` unless
  /// they verify with a key of ours (spec 2.9). A message that cannot be signed (a header of hundreds of fields) is
  /// logged and goes without. NotFound: a blob is gone; codes of the store.
  Task<Result<std::string>> sign(record::StoredMessage& message, const std::vector<mail::NewBlob>& blobs,
                                 std::string_view top_fields, std::string domain);

 private:
  using Keys = std::shared_ptr<const std::vector<DkimKey>>;
  struct Cache {
    std::mutex mutex;
    std::uint64_t generation = 0;  ///< under mutex, as is
    std::map<std::string, Keys, std::less<>> keys;
  };
  Task<Result<Keys>> keys_of(std::string domain);

  store::Store& store_;
  const Clock& clock_;
  std::shared_ptr<Cache> cache_ = std::make_shared<Cache>();
  std::unique_ptr<store::Subscription> subscription_;
};

}  // namespace paraph::service
