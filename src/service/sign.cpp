#include "service/sign.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "mime/field.h"
#include "service/new_octets.h"
#include "service/unix_seconds.h"

namespace paraph::service {
namespace {

constexpr std::size_t kNonceBytes = 32;

signature::Attached left_alone(const signature::Message& message, signature::How how, std::string reason) {
  signature::Attached left{.rope = message.rope};
  left.report.how = how;
  left.report.reason = std::move(reason);
  return left;
}

bool same_body(signature::How how) {
  return how == signature::How::Untouched || how == signature::How::Header || how == signature::How::Present;
}

}  // namespace

Task<Result<void>> Signer::load(signature::Message& message, const std::vector<mail::NewBlob>& blobs,
                                std::vector<mail::Range> wanted) {
  NewOctets octets(store_, blobs);
  for (const auto& range : wanted) {
    if (message.octets.contains(range)) continue;
    PARAPH_CO_TRY(auto found, co_await octets.read(message.rope, range));
    message.octets.emplace(range, std::move(found));
  }
  co_return Result<void>();
}

Task<Result<Signer::Signed>> Signer::attach(const Submission& submission, const Acquirer::Answer& answer,
                                            const std::string& nonce, const signature::Policy& policy) {
  signature::Message message = submission.message;
  const auto& acquired = answer.acquired;
  auto wanted = signature::octets_wanted(message.rope, message.structure, acquired.signature, acquired.past, policy);
  PARAPH_CO_CHECK(co_await load(message, submission.blobs, std::move(wanted)));
  const signature::Submission who{
      .reverse_path = submission.reverse_path, .domain = submission.owner.domain, .nonce = nonce};
  auto attached = signature::attach(message, who, acquired.signature, acquired.past, policy);
  Signed done;
  if (!same_body(attached.report.how)) {
    NewOctets octets(store_, submission.blobs);
    PARAPH_CO_TRY(done.structure, co_await octets.scan(attached.rope));
    if (!signature::reads_as_planned(message, attached, done.structure)) {
      log(Level::Error, "signature owner={} how={} would have damaged the message and was left out",
          printable(submission.owner.text()), signature::name_of(attached.report.how));
      attached = left_alone(message, signature::How::Header, "malformed");
      attached.report.refused = policy.mandatory;
    }
  }
  if (same_body(attached.report.how)) done.structure = std::move(message.structure);
  if (attached.report.reason == "nosig" && !answer.reason.empty()) attached.report.reason = answer.reason;
  done.rope = std::move(attached.rope);
  done.report = std::move(attached.report);
  co_return done;
}

Task<Result<Signer::Signed>> Signer::sign_one(const Submission& submission, const Acquirer::Answer& answer,
                                              const std::string& nonce, const signature::Policy& policy) {
  PARAPH_CO_TRY(auto done, co_await attach(submission, answer, nonce, policy));
  if (submission.refused && done.report.reason == "policy") done.report.reason = "codec";
  // Spec 2.3 (2): who switched the signature off sends as if there were none of this.
  if (!submission.signature_on) done.report = {.how = signature::How::Untouched, .reason = "off"};
  const auto& signature = answer.acquired.signature;
  done.outcome = {.owner = submission.owner.text(),
                  .revision = signature.revision,
                  .kinds = done.report.kinds(),
                  .how = std::string(signature::name_of(done.report.how)),
                  .reason = done.report.reason,
                  .domain = lowered(submission.owner.domain),
                  .verified = done.report.kinds() != "none"};
  if (done.report.how == signature::How::Untouched) co_return done;
  PARAPH_CO_TRY(const auto field_key, co_await keys_.active());
  const auto& message_id = submission.message.structure.root().envelope->message_id;
  done.field =
      signature::format_paraph_signature(done.report, signature, submission.owner.text(), message_id,
                                         lowered(submission.owner.domain), field_key, unix_seconds(clock_.now()));
  co_return done;
}

Task<Result<Signer::Own>> Signer::find_own(const signature::Message& message, const std::vector<mail::NewBlob>& blobs,
                                           const mail::Address& owner) {
  const std::string& header = message.octets.begin()->second;
  if (mime::count_fields(header, "Paraph-Signature") == 0) co_return Own{};
  PARAPH_CO_TRY(const auto secrets, co_await keys_.verifying());
  const auto find_secret = [&](std::string_view domain, std::string_view id) -> std::optional<std::string> {
    const auto found = secrets.find(id);
    if (found == secrets.end() || !iequals(domain, owner.domain)) return std::nullopt;
    return found->second;
  };
  const auto& message_id = message.structure.root().envelope->message_id;
  auto fields = signature::find_genuine_fields(header, owner.text(), message_id, find_secret);
  if (fields.empty()) co_return Own{.field = std::nullopt, .reason = "mac"};
  signature::Message checked = message;
  for (auto& field : fields) {
    auto wanted = signature::octets_to_check(checked.rope, checked.structure, field.says);
    PARAPH_CO_CHECK(co_await load(checked, blobs, std::move(wanted)));
    if (signature::check_content(checked, field.says)) co_return Own{.field = std::move(field), .reason = ""};
  }
  co_return Own{.field = std::nullopt, .reason = "content"};
}

Signer::Signed Signer::kept(const signature::Message& message, const signature::ParaphSignature& field) {
  Signed done{.rope = message.rope, .structure = message.structure};
  const auto has = [&](std::string_view kind) { return std::ranges::find(field.kinds, kind) != field.kinds.end(); };
  done.report = {.how = signature::How::Present,
                 .text = has("text"),
                 .html = has("html"),
                 .image = has("image"),
                 .voice = has("voice"),
                 .reason = field.reason};
  done.outcome = {.owner = field.owner,
                  .revision = field.revision,
                  .kinds = done.report.kinds(),
                  .how = field.how,
                  .reason = field.reason,
                  .domain = field.domain,
                  .verified = true};
  return done;
}

Task<Result<std::vector<Signer::Signed>>> Signer::sign(Submission submission, std::vector<signature::Policy> forms) {
  Acquirer::Answer answer{.acquired = {}, .reason = "fetch"};
  if (submission.signature_on && !submission.source_failed)
    answer = co_await acquirer_.acquire(submission.owner.text());
  const auto filled = co_await templates_.fill(submission.owner.text(), answer);
  if (!filled)
    log(Level::Warn, "signature owner={} without its domain's template: {}", printable(submission.owner.text()),
        filled.error().text);
  const std::string nonce = random_.octets(kNonceBytes);
  std::vector<Signed> all;
  for (const auto& form : forms) {
    PARAPH_CO_TRY(auto done, co_await sign_one(submission, answer, nonce, form));
    all.push_back(std::move(done));
  }
  co_return all;
}

}  // namespace paraph::service
