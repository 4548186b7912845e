#include "service/verify_incoming.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "dkim/authentication_results.h"
#include "dkim/trust.h"
#include "dmarc/author.h"
#include "mime/address_list.h"
#include "mime/idna.h"
#include "service/incoming_dns.h"
#include "service/new_octets.h"
#include "service/unix_seconds.h"
#include "signature/verify.h"
#include "spf/network.h"

namespace paraph::service {
namespace {

/// Is the whole top header block at hand? What is longer is not looked into.
bool has_whole_header(const NewMessage& message) {
  return message.header.size() == message.record.structure.root().header.size();
}

/// A domain as DNS is asked for it; what cannot be one stays as it is, and has no records.
std::string ascii_domain(const std::string& domain) { return mime::to_a_labels(domain).value_or(domain); }

dkim::MethodResult spf_result(const spf::Answer& answer, const Handover& handover) {
  dkim::MethodResult result{
      .method = "spf", .result = std::string(spf::name_of(answer.verdict)), .reason = answer.reason};
  if (answer.identity == spf::Identity::Helo) {
    result.properties.push_back({.type = "smtp", .name = "helo", .value = handover.hello});
  } else {
    result.properties.push_back(
        {.type = "smtp", .name = "mailfrom", .value = mime::format_addr_spec(handover.reverse_path)});
  }
  return result;
}

dkim::MethodResult dmarc_result(const dmarc::Outcome& outcome) {
  dkim::MethodResult result{
      .method = "dmarc", .result = std::string(dmarc::name_of(outcome.verdict)), .reason = outcome.reason};
  if (outcome.verdict == dmarc::Verdict::Fail)
    result.properties.push_back({.type = "policy", .name = "dmarc", .value = std::string(name_of(outcome.asked))});
  if (!outcome.domain.empty()) result.properties.push_back({.type = "header", .name = "from", .value = outcome.domain});
  return result;
}

/// What SPF and DKIM showed, of whom. A domain that passed beside another that is looked at the same way is not lost.
dmarc::Evidence evidence_of(const spf::Answer& spf, const std::vector<dkim::Outcome>& outcomes) {
  using Shown = dmarc::Identifier::Shown;
  dmarc::Evidence evidence;
  evidence.spf.domain = lowered(spf.domain);
  if (evidence.spf.domain.ends_with('.')) evidence.spf.domain.pop_back();
  evidence.spf.shown = spf.verdict == spf::Verdict::Pass        ? Shown::Pass
                       : spf.verdict == spf::Verdict::TempError ? Shown::Temporary
                                                                : Shown::Nothing;
  for (const auto& outcome : outcomes) {
    const auto shown = outcome.verdict == dkim::Verdict::Pass        ? Shown::Pass
                       : outcome.verdict == dkim::Verdict::TempError ? Shown::Temporary
                                                                     : Shown::Nothing;
    evidence.dkim.push_back({ascii_domain(outcome.domain), shown});
  }
  return evidence;
}

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

struct IncomingVerifier::Checked {
  std::vector<dkim::Outcome> dkim;
  std::optional<spf::Answer> spf;  ///< nullopt: neither SPF nor DMARC was asked about
  dmarc::Authors authors;
  std::vector<dmarc::Policy> policies;  ///< of the authors' domains
};

Task<Result<dkim::BodyDigests>> IncomingVerifier::hash_body(const NewMessage& message,
                                                            const std::vector<dkim::Signature>& signatures) {
  const bool any = std::ranges::any_of(signatures, [](const auto& each) { return !each.key_name.empty(); });
  dkim::BodyHashing hashing(signatures);
  if (any) {
    NewOctets octets(store_, message.blobs);
    auto feed = [&](std::string_view piece) { hashing.feed(piece); };
    PARAPH_CO_CHECK(co_await octets.stream(message.record.rope, message.record.structure.root().body, feed));
  }
  co_return hashing.finish();
}

/// Asks DNS for everything at once, and reads the body while it answers.
Task<Result<IncomingVerifier::Checked>> IncomingVerifier::check(const NewMessage& message, const Handover& handover) {
  Checked checked;
  const auto executor = co_await boost::asio::this_coro::executor;
  IncomingDns dns(executor, dns_);
  const bool whole = has_whole_header(message);
  const auto signatures = whole ? dkim::find_signatures(message.header) : std::vector<dkim::Signature>();
  dns.ask_keys(signatures);
  const auto client = spf::parse_ip(handover.address);
  if (client) {
    dns.ask_spf({.client = *client,
                 .sender = {handover.reverse_path.local, ascii_domain(handover.reverse_path.domain)},
                 .helo = ascii_domain(handover.hello),
                 .receiver = server_name_,
                 .now = clock_.now()});
    if (whole) checked.authors = dmarc::find_authors(message.header);
    dns.ask_policies(suffixes_, checked.authors.domains);
  }
  const auto digests = co_await hash_body(message, signatures);
  co_await dns.wait();
  if (!digests) co_return std::unexpected(digests.error());
  const auto now = unix_seconds(clock_.now());
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    checked.dkim.push_back(dkim::check_signature(signatures[i], message.header, *digests, dns.keys()[i], now));
  }
  if (client) checked.spf = dns.spf();
  checked.policies = dns.policies();
  co_return checked;
}

dmarc::Outcome IncomingVerifier::evaluate(const NewMessage& message, const Checked& checked) {
  // No honest message's are a header that cannot be looked at, a From that names a crowd, and one that names nobody:
  // what a reader is shown then, nobody has vouched for.
  const bool nobody = checked.authors.too_many || checked.authors.unreadable;
  if (!has_whole_header(message) || nobody) {
    return {.verdict = dmarc::Verdict::PermError,
            .asked = dmarc::Disposition::Quarantine,
            .reason = "From does not say whose the message is, or the header is too long"};
  }
  const auto evidence = evidence_of(*checked.spf, checked.dkim);
  const auto draw = static_cast<unsigned>(random_.below(100));
  std::vector<dmarc::Outcome> outcomes;
  for (const auto& policy : checked.policies) outcomes.push_back(dmarc::evaluate(policy, evidence, suffixes_, draw));
  return dmarc::strictest(std::move(outcomes));
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

Task<Result<Provenance>> IncomingVerifier::verify(const NewMessage& message, Handover handover) {
  Provenance found;
  PARAPH_CO_TRY(auto checked, co_await check(message, handover));
  PARAPH_CO_TRY(found.signature, co_await believe(message, checked.dkim));
  std::vector<dkim::MethodResult> results;
  for (const auto& outcome : checked.dkim) results.push_back(dkim::result_of(outcome));
  if (results.empty()) results.push_back({.method = "dkim", .result = "none"});
  if (checked.spf) {
    found.dmarc = evaluate(message, checked);
    results.push_back(spf_result(*checked.spf, handover));
    results.push_back(dmarc_result(found.dmarc));
    found.spf = *std::move(checked.spf);
  }
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
