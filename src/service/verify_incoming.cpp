#include "service/verify_incoming.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "base/text.h"
#include "dkim/authentication_results.h"
#include "dkim/trust.h"
#include "service/new_octets.h"
#include "service/unix_seconds.h"
#include "signature/verify.h"

namespace paraph::service {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Records = Result<std::vector<std::string>>;

/// Is the whole top header block at hand? What is longer is not looked into.
bool has_whole_header(const NewMessage& message) {
  return message.header.size() == message.record.structure.root().header.size();
}

dkim::KeyAnswer answer_of(Records records) {
  if (records) return {.records = *std::move(records)};
  return {.temporary = records.error().code == Code::Unavailable};
}

/// Look-ups under way, of one message. All on its session's event loop.
struct Asked {
  Asked(Executor executor, std::size_t count) : answers(count), done(executor, Timer::time_point::max()) {}
  std::vector<dkim::KeyAnswer> answers;
  std::size_t waiting = 0;
  Timer done;  ///< cancelled by the last answer
};

dkim::MethodResult paraph_result(const record::SignatureOutcome& outcome) {
  return {.method = "x-paraph",  // RFC 8601 §2.7.8: not registered
          .result = outcome.verified ? "pass" : "fail",
          .reason = outcome.verified ? std::string() : outcome.reason,
          .properties = {{.type = "header", .name = "d", .value = outcome.domain}}};
}

std::string joined(const std::vector<std::string>& kinds) {
  std::string all;
  for (const auto& kind : kinds) all += (all.empty() ? "" : ":") + kind;
  return all.empty() ? "none" : all;
}

}  // namespace

Task<std::vector<dkim::KeyAnswer>> IncomingVerifier::ask(const std::vector<dkim::Signature>& signatures) {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto asked = std::make_shared<Asked>(executor, signatures.size());
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (signatures[i].key_name.empty()) continue;
    ++asked->waiting;
    boost::asio::co_spawn(executor, dns_.txt(signatures[i].key_name), [asked, i](std::exception_ptr, Records records) {
      asked->answers[i] = answer_of(std::move(records));
      if (--asked->waiting == 0) asked->done.cancel();
    });
  }
  boost::system::error_code ignored;
  if (asked->waiting != 0) co_await asked->done.async_wait(boost::asio::redirect_error(use_task, ignored));
  co_return std::move(asked->answers);
}

Task<Result<std::vector<dkim::Outcome>>> IncomingVerifier::verify_dkim(const NewMessage& message) {
  std::vector<dkim::Outcome> outcomes;
  if (!has_whole_header(message)) co_return outcomes;
  const auto signatures = dkim::find_signatures(message.header);
  const bool any = std::ranges::any_of(signatures, [](const auto& each) { return !each.key_name.empty(); });
  dkim::BodyHashing hashing(signatures);
  if (any) {
    NewOctets octets(store_, message.blobs);
    auto feed = [&](std::string_view piece) { hashing.feed(piece); };
    PARAPH_CO_CHECK(co_await octets.stream(message.record.rope, message.record.structure.root().body, feed));
  }
  const auto digests = hashing.finish();
  const auto keys = co_await ask(signatures);
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    outcomes.push_back(
        dkim::check_signature(signatures[i], message.header, digests, keys[i], unix_seconds(clock_.now())));
  }
  co_return outcomes;
}

Task<Result<bool>> IncomingVerifier::has_content(const NewMessage& message, const signature::ParaphSignature& field) {
  signature::Message shown{.rope = message.record.rope, .structure = message.record.structure};
  NewOctets octets(store_, message.blobs);
  for (const auto& range : signature::octets_to_check(shown.rope, shown.structure, field)) {
    PARAPH_CO_TRY(auto found, co_await octets.read(shown.rope, range));
    shown.octets.emplace(range, std::move(found));
  }
  co_return signature::check_content(shown, field);
}

Task<Result<record::SignatureOutcome>> IncomingVerifier::believe(const NewMessage& message,
                                                                 const std::vector<dkim::Outcome>& outcomes) {
  record::SignatureOutcome outcome;
  if (!has_whole_header(message)) co_return outcome;
  const auto field = signature::read_only_field(message.header);
  if (!field && field.error().code == Code::NotFound) co_return outcome;
  if (!field) {
    outcome.reason = field.error().text;
    co_return outcome;
  }
  outcome = {.owner = field->owner, .revision = field->revision, .how = field->how, .domain = field->domain};
  const auto vouched = dkim::check_foreign_signature(message.header, outcomes);
  if (!vouched) {
    outcome.reason = vouched.error().text;
    co_return outcome;
  }
  PARAPH_CO_TRY(const bool whole, co_await has_content(message, *field));
  if (!whole) {
    outcome.reason = "the content is not the one that was attached";
    co_return outcome;
  }
  outcome.kinds = joined(field->kinds);
  outcome.reason = field->reason;
  outcome.verified = true;
  co_return outcome;
}

Task<Result<Provenance>> IncomingVerifier::verify(const NewMessage& message) {
  Provenance found;
  PARAPH_CO_TRY(const auto outcomes, co_await verify_dkim(message));
  PARAPH_CO_TRY(found.signature, co_await believe(message, outcomes));
  std::vector<dkim::MethodResult> results;
  for (const auto& outcome : outcomes) results.push_back(dkim::result_of(outcome));
  if (results.empty()) results.push_back({.method = "dkim", .result = "none"});
  if (!found.signature.domain.empty() || !found.signature.reason.empty())
    results.push_back(paraph_result(found.signature));
  found.results = dkim::format_authentication_results(server_name_, results);
  co_return found;
}

std::string verdict_of(const record::SignatureOutcome& outcome) {
  const bool nothing = outcome.domain.empty() && outcome.reason.empty();
  if (nothing || outcome.kinds == "none") return "no signature";
  if (outcome.domain.empty()) return fmt::format("signature not verified: {}", outcome.reason);
  if (outcome.verified) return fmt::format("signature attached by {}, verified", outcome.domain);
  return fmt::format("signature said to be attached by {}, not verified: {}", outcome.domain, outcome.reason);
}

}  // namespace paraph::service
