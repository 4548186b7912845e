#pragma once
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/mac.h"
#include "session/sasl/mechanism.h"

namespace paraph::sasl {

/// A server with one user, "alice" with the password "secret", that does what each step asks. For tests only.
class TestServer {
 public:
  Context context(crypto::ChannelBinding binding = {}) {
    return {.random = random_,
            .binding = std::move(binding),
            .plaintext_allowed = true,
            .unknown_user_key = "key of nobody"};
  }

  /// Answers what the machine needs until it has something for the client, or has ended.
  Step settle(Mechanism& mechanism, Step step) const {
    for (;;) {
      if (const auto* need = std::get_if<NeedVerifier>(&step)) {
        step = mechanism.give_verifier(need->user == "alice" ? std::optional(verifier_) : std::nullopt);
      } else if (const auto* check = std::get_if<NeedPasswordCheck>(&step)) {
        step = mechanism.give_verdict(check->user == "alice" && crypto::check_password(verifier_, check->password));
      } else {
        return step;
      }
    }
  }
  const crypto::Verifier& verifier() const { return verifier_; }

 private:
  crypto::SeededRandom random_{1};
  crypto::Verifier verifier_ = crypto::make_verifier("secret", random_, crypto::kTestCost).value();
};

inline std::string challenge_of(const Step& step) {
  const auto* challenge = std::get_if<Challenge>(&step);
  if (challenge != nullptr) return challenge->octets;
  const auto* failure = std::get_if<Failure>(&step);
  return failure != nullptr ? "(failed: " + failure->text + ")" : "(no challenge)";
}
inline bool succeeded(const Step& step) { return std::holds_alternative<Success>(step); }
inline std::optional<Code> failure_of(const Step& step) {
  const auto* failure = std::get_if<Failure>(&step);
  return failure != nullptr ? std::optional(failure->code) : std::nullopt;
}

}  // namespace paraph::sasl
