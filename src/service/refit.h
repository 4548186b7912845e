#pragma once
#include <cstdint>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/accounts.h"
#include "service/dkim_sign.h"
#include "service/mailboxes.h"
#include "service/policies.h"
#include "service/sign.h"
#include "signature/attach.h"
#include "store/store.h"

namespace paraph::service {

/// Makes the message of an item of the queue anew when the next server does not take it as it is (spec 2.8). Any event
/// loop.
class Refitter {
 public:
  struct With {
    store::Store& store;
    Accounts& accounts;
    Policies& policies;
    Signer& signer;
    DkimSigner& dkim;
    signature::Policy attach;  ///< the operator's limits
    bool source_needed;        ///< the operator sends nothing whose signature cannot be fetched
  };
  explicit Refitter(With with) : with_(std::move(with)) {}

  /// The message before the signature, signed again with as much as fits: at most `size_max` octets in all, DKIM's
  /// field among them. Same Message-ID. Nothing is kept. Unsupported: it is longer without a signature too, or that
  /// form is not at hand. Unavailable: `source_needed`, and the source does not answer. NotFound: it was dropped
  /// meanwhile.
  Task<Result<NewMessage>> shorten(record::Queued item, std::uint64_t size_max);

 private:
  struct Work;
  Task<Result<record::StoredMessage>> load(MessageId id);
  Task<Result<Work>> prepare(const record::Queued& item);
  Task<Result<NewMessage>> finish(record::StoredMessage form);

  With with_;
};

}  // namespace paraph::service
