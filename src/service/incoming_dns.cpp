#include "service/incoming_dns.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <exception>
#include <utility>

namespace paraph::service {
namespace {

using Steady = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor>;
using Records = Result<std::vector<std::string>>;

dkim::KeyAnswer answer_of(Records records) {
  if (records) return {.records = *std::move(records)};
  return {.temporary = records.error().code == Code::Unavailable};
}

}  // namespace

struct IncomingDns::Asked {
  explicit Asked(Executor on) : executor(on), done(on, Timer::time_point::max()) {}
  Executor executor;
  std::vector<dkim::KeyAnswer> keys;
  spf::Answer spf;
  std::vector<dmarc::Policy> policies;
  std::size_t waiting = 0;
  Timer done;  ///< cancelled by the last answer
};

IncomingDns::IncomingDns(Executor executor, dns::Resolver& dns)
    : dns_(dns), deadline_(Steady::now() + kIncomingDnsWithin), asked_(std::make_shared<Asked>(executor)) {}

std::chrono::milliseconds IncomingDns::left() const {
  return std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Steady::now());
}

/// What escapes a look-up leaves its answer as it was set before: temporary.
template <class T, class Take>
void IncomingDns::start(Task<T> task, Take take) {
  ++asked_->waiting;
  boost::asio::co_spawn(asked_->executor, std::move(task),
                        [asked = asked_, take = std::move(take)](std::exception_ptr failed, T got) {
                          if (!failed) take(*asked, std::move(got));
                          if (--asked->waiting == 0) asked->done.cancel();
                        });
}

void IncomingDns::ask_keys(const std::vector<dkim::Signature>& signatures) {
  asked_->keys.resize(signatures.size());
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (signatures[i].key_name.empty()) continue;
    asked_->keys[i].temporary = true;
    start(dns_.txt(signatures[i].key_name, left()),
          [i](Asked& asked, Records records) { asked.keys[i] = answer_of(std::move(records)); });
  }
}

void IncomingDns::ask_spf(spf::Question question) {
  asked_->spf.verdict = spf::Verdict::TempError;
  start(spf::check_host(dns_, std::move(question), left()),
        [](Asked& asked, spf::Answer answer) { asked.spf = std::move(answer); });
}

void IncomingDns::ask_policies(const dmarc::Suffixes& suffixes, const std::vector<std::string>& domains) {
  asked_->policies.resize(domains.size());
  for (std::size_t i = 0; i < domains.size(); ++i) {
    asked_->policies[i] = {.domain = domains[i], .temporary = true};
    start(dmarc::find_policy(dns_, suffixes, domains[i], left()),
          [i](Asked& asked, dmarc::Policy policy) { asked.policies[i] = std::move(policy); });
  }
}

Task<void> IncomingDns::wait() {
  boost::system::error_code ignored;
  if (asked_->waiting != 0) co_await asked_->done.async_wait(boost::asio::redirect_error(use_task, ignored));
}

const std::vector<dkim::KeyAnswer>& IncomingDns::keys() const { return asked_->keys; }
const spf::Answer& IncomingDns::spf() const { return asked_->spf; }
const std::vector<dmarc::Policy>& IncomingDns::policies() const { return asked_->policies; }

}  // namespace paraph::service
