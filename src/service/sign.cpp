#include "service/sign.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "service/new_octets.h"
#include "service/server_key.h"

namespace paraph::service {
namespace {

constexpr const char* kKeyName = "k1";  ///< s=
constexpr std::size_t kNonceBytes = 32;

std::uint64_t unix_seconds(Time time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

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

Task<Result<signature::FieldKey>> Signer::key() {
  {
    const std::lock_guard lock(mutex_);
    if (key_) co_return *key_;
  }
  PARAPH_CO_TRY(auto secret, co_await load_server_key(store_, random_, kKeyName));
  const std::lock_guard lock(mutex_);
  key_ = signature::FieldKey{.id = kKeyName, .secret = std::move(secret)};
  co_return *key_;
}

Task<Result<void>> Signer::load_wanted(signature::Message& message, const std::vector<mail::NewBlob>& blobs,
                                       const source::Acquired& acquired) {
  NewOctets octets(store_, blobs);
  for (const auto& range :
       signature::octets_wanted(message.rope, message.structure, acquired.signature, acquired.past, policy_)) {
    if (message.octets.contains(range)) continue;
    PARAPH_CO_TRY(auto found, co_await octets.read(message.rope, range));
    message.octets.emplace(range, std::move(found));
  }
  co_return Result<void>();
}

Task<Result<Signer::Signed>> Signer::attach(const Submission& submission, const Acquirer::Answer& answer) {
  signature::Message message = submission.message;
  PARAPH_CO_CHECK(co_await load_wanted(message, submission.blobs, answer.acquired));
  const signature::Submission who{
      .reverse_path = submission.reverse_path, .domain = submission.owner.domain, .nonce = random_.octets(kNonceBytes)};
  auto attached = signature::attach(message, who, answer.acquired.signature, answer.acquired.past, policy_);
  Signed done;
  if (!same_body(attached.report.how)) {
    NewOctets octets(store_, submission.blobs);
    PARAPH_CO_TRY(done.structure, co_await octets.scan(attached.rope));
    if (!signature::reads_as_planned(message, attached, done.structure)) {
      log(Level::Error, "signature owner={} how={} would have damaged the message and was left out",
          printable(submission.owner.text()), signature::name_of(attached.report.how));
      attached = left_alone(message, signature::How::Header, "malformed");
    }
  }
  if (same_body(attached.report.how)) done.structure = std::move(message.structure);
  if (attached.report.reason == "nosig" && !answer.reason.empty()) attached.report.reason = answer.reason;
  done.rope = std::move(attached.rope);
  done.report = std::move(attached.report);
  co_return done;
}

Task<Result<Signer::Signed>> Signer::sign(Submission submission) {
  Acquirer::Answer answer{.acquired = {}, .reason = "fetch"};
  if (submission.signature_on && !submission.source_failed)
    answer = co_await acquirer_.acquire(submission.owner.text());
  PARAPH_CO_TRY(auto done, co_await attach(submission, answer));
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
  PARAPH_CO_TRY(const auto field_key, co_await key());
  const auto& message_id = submission.message.structure.root().envelope->message_id;
  done.field =
      signature::format_paraph_signature(done.report, signature, submission.owner.text(), message_id,
                                         lowered(submission.owner.domain), field_key, unix_seconds(clock_.now()));
  co_return done;
}

}  // namespace paraph::service
