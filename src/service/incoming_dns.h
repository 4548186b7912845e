#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "dkim/verify.h"
#include "dmarc/dmarc.h"
#include "dns/dns.h"
#include "spf/spf.h"

namespace paraph::service {

/// All DNS for one message ends within this, however many questions there are.
inline constexpr std::chrono::milliseconds kIncomingDnsWithin{5000};

/// What DNS says about one message: the keys of its signatures, SPF, the policies of its authors' domains. Each begins
/// when it is asked for, none waits for another, and what has no answer by the deadline is temporary. One session's
/// event loop. wait() is awaited before this goes, and before the resolver may.
class IncomingDns {
 public:
  IncomingDns(Executor executor, dns::Resolver& dns);

  void ask_keys(const std::vector<dkim::Signature>& signatures);
  void ask_spf(spf::Question question);
  void ask_policies(const dmarc::Suffixes& suffixes, const std::vector<std::string>& domains);

  /// Until all that was asked for is there.
  Task<void> wait();

  const std::vector<dkim::KeyAnswer>& keys() const;  ///< one for each signature, in order
  const spf::Answer& spf() const;
  const std::vector<dmarc::Policy>& policies() const;  ///< one for each domain, in order

 private:
  struct Asked;
  template <class T, class Take>
  void start(Task<T> task, Take take);
  std::chrono::milliseconds left() const;

  dns::Resolver& dns_;
  const std::chrono::steady_clock::time_point deadline_;
  std::shared_ptr<Asked> asked_;
};

}  // namespace paraph::service
