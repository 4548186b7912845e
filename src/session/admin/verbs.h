#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "crypto/password.h"
#include "relay/tls_sessions.h"
#include "service/accounts.h"
#include "service/check.h"
#include "service/dkim_keys.h"
#include "service/key_ring.h"
#include "service/mailboxes.h"
#include "service/policies.h"
#include "service/queue_items.h"
#include "service/signatures.h"
#include "service/source_state.h"
#include "session/admin/protocol.h"
#include "store/store.h"

namespace paraph::admin {

/// Takes one line for standard output; may wait on a peer.
using PrintLine = std::function<Task<void>(std::string)>;

/// How TLS came out with other servers, and who says so.
struct TlsReports {
  relay::TlsSessions* sessions = nullptr;  ///< null: nobody counts
  std::string organization;                ///< this server's name
};

/// The administrative verbs, each once: the server runs them for its socket, and the command line in its own process
/// when no server runs. Any event loop; everything it refers to outlives it.
class Verbs {
 public:
  /// Argon2id on a pool. BadInput: no password.
  using MakeVerifier = std::function<Task<Result<crypto::Verifier>>(std::string password)>;

  /// The sources of the configuration, as they are now.
  using SourceStates = std::function<std::vector<service::SourceState>()>;
  /// Erases what is kept for an address, whose account goes away, besides its rows.
  using Forget = std::function<Task<Result<void>>(std::string address)>;
  struct Sources {
    SourceStates states;  ///< unset: there are none
    Forget forget;
  };

  /// `policies` and `keys` are those that deposits go by: then a change holds at once.
  Verbs(store::Store& store, service::Accounts& accounts, service::Mailboxes& mailboxes,
        service::Signatures& signatures, service::Policies& policies, service::KeyRing& keys,
        service::DkimKeys& dkim_keys, service::QueueItems& queue, MakeVerifier make_verifier, Sources sources = {},
        TlsReports tls_reports = {});

  /// Runs one request to its end. The failure's sentence is for people. BadInput: no such verb, or a field is missing.
  Task<Result<void>> run(Request request, PrintLine print);

 private:
  Task<Result<void>> domain_add(Request request, PrintLine print);
  Task<Result<void>> domain_remove(Request request, PrintLine print);
  Task<Result<void>> domain_list(Request request, PrintLine print);
  Task<Result<void>> account_add(Request request, PrintLine print);
  Task<Result<void>> account_remove(Request request, PrintLine print);
  Task<Result<void>> account_list(Request request, PrintLine print);
  Task<Result<void>> account_passwd(Request request, PrintLine print);
  Task<Result<void>> signature_set(Request request, PrintLine print);
  Task<Result<void>> signature_show(Request request, PrintLine print);
  Task<Result<void>> signature_on(Request request, PrintLine print);
  Task<Result<void>> signature_off(Request request, PrintLine print);
  Task<Result<void>> signature_clear(Request request, PrintLine print);
  Task<Result<void>> signature_history(Request request, PrintLine print);
  Task<Result<void>> signature_restore(Request request, PrintLine print);
  Task<Result<void>> signature_template(Request request, PrintLine print);
  Task<Result<void>> policy_show(Request request, PrintLine print);
  Task<Result<void>> policy_set(Request request, PrintLine print);
  Task<Result<void>> key_list(Request request, PrintLine print);
  Task<Result<void>> key_rotate(Request request, PrintLine print);
  Task<Result<void>> message_trace(Request request, PrintLine print);
  Task<Result<void>> dkim_create(Request request, PrintLine print);
  Task<Result<void>> dkim_list(Request request, PrintLine print);
  Task<Result<void>> source_list(Request request, PrintLine print);
  Task<Result<void>> queue_list(Request request, PrintLine print);
  Task<Result<void>> queue_show(Request request, PrintLine print);
  Task<Result<void>> queue_retry(Request request, PrintLine print);
  Task<Result<void>> queue_drop(Request request, PrintLine print);
  Task<Result<void>> queue_hold(Request request, PrintLine print);
  Task<Result<void>> queue_release(Request request, PrintLine print);
  Task<Result<void>> queue_refusals(Request request, PrintLine print);
  Task<Result<void>> queue_forget(Request request, PrintLine print);
  Task<Result<void>> queue_tls_report(Request request, PrintLine print);
  Task<Result<void>> check(Request request, PrintLine print);

  struct Subject {
    std::string name, domain;
    std::optional<AccountId> account;
  };
  Task<Result<Subject>> find_subject(std::string name);
  Task<Result<bool>> is_elsewhere(std::string subject);

  Task<Result<void>> queue_act(Request request, PrintLine print, service::QueueItems::Act act);
  Task<Result<void>> set_signature_on(Request request, PrintLine print, bool on);
  Task<Result<record::Verifier>> make_verifier(std::string password);

  struct Row;
  static const Row kRows[];

  store::Store& store_;
  service::Accounts& accounts_;
  service::Mailboxes& mailboxes_;
  service::Signatures& signatures_;
  service::Policies& policies_;
  service::KeyRing& keys_;
  service::DkimKeys& dkim_keys_;
  service::QueueItems& queue_;
  MakeVerifier make_verifier_;
  Sources sources_;
  TlsReports tls_reports_;
};

}  // namespace paraph::admin
