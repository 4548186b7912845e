#pragma once
#include <cstdint>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/accounts.h"
#include "service/dkim_sign.h"
#include "service/fit.h"
#include "service/mailboxes.h"
#include "service/policies.h"
#include "service/seven_bit.h"
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

  /// A form that fits, signed with DKIM again; same Message-ID. Nothing is kept. It says too what the message was
  /// before the signature, so that it can be made anew again.
  ///
  /// For a server of 7 bits it is the message as it is, with 8-bit parts encoded if there are any (seven_bit.h). Where
  /// that is not short enough, and where something of the signature is refused, it is the message before the signature,
  /// signed again with as much as fits and is not refused (x=size, x=codec), DKIM's field among it. What `item` goes
  /// without already, it goes without again. Unsupported: there is no such form: too long without a signature too; not
  /// 7-bit without harm, as where another domain's DKIM signature would break that Paraph did not break; or the form
  /// before the signature is not at hand. Unavailable: `source_needed`, and the source does not answer. NotFound: it
  /// was dropped meanwhile.
  Task<Result<NewMessage>> refit(record::Queued item, Fit fit);

 private:
  struct Work;
  Task<Result<record::StoredMessage>> load(MessageId id);
  Task<Result<Form>> in_seven_bits(record::StoredMessage message, const record::StoredMessage& sent);
  Task<Result<void>> check_changeable(const record::StoredMessage& sent);
  Task<Result<record::StoredMessage>> load_plain(const record::StoredMessage& sent);
  Task<Result<Form>> encode(const record::StoredMessage& sent, std::uint64_t skip);
  Task<Result<Work>> prepare(const record::Queued& item, const record::StoredMessage& sent, const Fit& fit);
  Task<Result<Form>> sign_again(const record::Queued& item, const record::StoredMessage& sent, const Fit& fit);
  Task<Result<void>> sign_dkim(Form& form, std::string_view field, const std::string& domain);
  Task<Result<NewMessage>> finish(Form form, const record::StoredMessage& sent);

  With with_;
};

}  // namespace paraph::service
