#include "session/sasl/mechanism.h"

#include "base/assert.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "session/sasl/plain.h"
#include "session/sasl/scram.h"

namespace paraph::sasl {
namespace {

constexpr std::string_view kScramPlus = "SCRAM-SHA-256-PLUS";
constexpr std::string_view kScram = "SCRAM-SHA-256";
constexpr std::string_view kPlain = "PLAIN";
constexpr std::string_view kLogin = "LOGIN";

}  // namespace

Step Mechanism::settle(Step step) {
  if (std::holds_alternative<Challenge>(step)) awaits_ = Awaits::Message;
  if (std::holds_alternative<NeedVerifier>(step)) awaits_ = Awaits::Verifier;
  if (std::holds_alternative<NeedPasswordCheck>(step)) awaits_ = Awaits::Verdict;
  if (std::holds_alternative<Success>(step) || std::holds_alternative<Failure>(step)) awaits_ = Awaits::Nothing;
  return step;
}

Step Mechanism::start(std::optional<std::string_view> initial) {
  PARAPH_ASSERT(awaits_ == Awaits::Start);
  if (!initial) return settle(on_start());
  awaits_ = Awaits::Message;
  return next(*initial);
}

Step Mechanism::next(std::string_view message) {
  if (awaits_ == Awaits::Nothing) return Failure{Code::BadInput, "the exchange is over"};
  PARAPH_ASSERT(awaits_ == Awaits::Message);
  if (message.size() > kMessageBytesMax) return settle(Failure{Code::BadInput, "the message is too long"});
  return settle(on_message(message));
}

Step Mechanism::give_verifier(std::optional<crypto::Verifier> verifier) {
  PARAPH_ASSERT(awaits_ == Awaits::Verifier);
  return settle(on_verifier(std::move(verifier)));
}

Step Mechanism::give_verdict(bool password_is_right) {
  PARAPH_ASSERT(awaits_ == Awaits::Verdict);
  return settle(on_verdict(password_is_right));
}

Step Mechanism::give_up(std::string why) { return settle(Failure{Code::BadInput, std::move(why)}); }

Step Mechanism::on_verifier(std::optional<crypto::Verifier>) {
  return Failure{Code::BadInput, "no verifier was asked for"};
}

Step Mechanism::on_verdict(bool) { return Failure{Code::BadInput, "no verdict was asked for"}; }

std::vector<std::string_view> offered(const Context& context) {
  std::vector<std::string_view> names;
  if (context.binding.any()) names.push_back(kScramPlus);
  names.push_back(kScram);
  if (context.plaintext_allowed) names.insert(names.end(), {kPlain, kLogin});
  return names;
}

std::unique_ptr<Mechanism> make_mechanism(std::string_view name, Context context) {
  if (iequals(name, kScramPlus) && context.binding.any())
    return std::make_unique<Scram>(Scram::Variant::Plus, std::move(context));
  if (iequals(name, kScram)) return std::make_unique<Scram>(Scram::Variant::Bare, std::move(context));
  if (iequals(name, kPlain) && context.plaintext_allowed) return std::make_unique<Plain>();
  if (iequals(name, kLogin) && context.plaintext_allowed) return std::make_unique<Login>();
  return nullptr;
}

Step answer_line(Mechanism& mechanism, std::string_view line) {
  if (line == "*") return mechanism.give_up("the client gave up");
  if (line.size() > kLineBytesMax) return mechanism.give_up("the line is too long");
  const auto message = crypto::base64_decode(line);
  return message ? mechanism.next(*message) : mechanism.give_up("not base64");
}

Step start_line(Mechanism& mechanism, std::optional<std::string_view> initial) {
  if (!initial) return mechanism.start(std::nullopt);
  if (*initial == "=") return mechanism.start("");
  if (initial->size() > kLineBytesMax) return mechanism.give_up("the line is too long");
  const auto message = crypto::base64_decode(*initial);
  return message ? mechanism.start(*message) : mechanism.give_up("not base64");
}

std::string challenge_line(const Challenge& challenge) { return crypto::base64_encode(challenge.octets); }

}  // namespace paraph::sasl
