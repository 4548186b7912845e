#include "session/sasl/scram.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/mac.h"
#include "crypto/sha256.h"
#include "session/sasl/scram_messages.h"

namespace paraph::sasl {
namespace {

constexpr std::size_t kNonceBytes = 18;  // random octets; 24 characters in base64
constexpr std::size_t kKeyBytes = 32;

Failure malformed(std::string why) { return {Code::BadInput, std::move(why)}; }
Failure refused(std::string why) { return {Code::Unauthenticated, std::move(why)}; }

// RFC 5802 §3: ClientKey := ClientProof XOR ClientSignature; is its hash the stored key?
bool is_proof(std::string_view proof, std::string_view stored_key, std::string_view auth_message) {
  if (proof.size() != kKeyBytes) return false;
  std::string client_key = crypto::hmac_sha256(stored_key, auth_message);
  for (std::size_t i = 0; i < kKeyBytes; ++i) client_key[i] = static_cast<char>(client_key[i] ^ proof[i]);
  const BlobId hashed = crypto::sha256(client_key);
  return crypto::equal_in_constant_time(hashed.view(), stored_key);
}

}  // namespace

Step Scram::on_message(std::string_view message) {
  switch (phase_) {
    case Phase::ClientFirst:
      return client_first(message);
    case Phase::ClientFinal:
      return client_final(message);
    case Phase::Acknowledge:
      break;
  }
  if (!message.empty()) return malformed("SCRAM: expected an empty answer to the server's signature");
  return Success{user_, authzid_};
}

Step Scram::client_first(std::string_view message) {
  const auto first = client_first_message(message);
  if (!first) return malformed(first.error().text);
  if (std::string why = binding_refusal(*first); !why.empty()) return refused(std::move(why));
  auto user = crypto::saslprep(first->user);
  if (!user) return malformed("SCRAM: the user's name: " + user.error().text);

  user_ = std::move(*user);
  authzid_ = first->authzid;
  expected_binding_ = std::string(first->gs2_header) + binding_data(first->binding_type);
  nonce_ = std::string(first->nonce) + crypto::base64_encode(context_.random.octets(kNonceBytes));
  client_first_bare_ = first->bare;
  return NeedVerifier{user_};
}

// RFC 5802 §6: a client that says "y" met somebody who took -PLUS off our list.
std::string Scram::binding_refusal(const ClientFirst& first) const {
  if (first.binding == Binding::NotOffered && context_.binding.any())
    return "SCRAM: the client did not see that channel binding is offered: somebody may have changed the list";
  if (variant_ == Variant::Plus && first.binding != Binding::Used) return "SCRAM: -PLUS needs channel binding";
  if (variant_ == Variant::Bare && first.binding == Binding::Used) return "SCRAM: channel binding needs -PLUS";
  if (first.binding == Binding::Used && binding_data(first.binding_type).empty())
    return fmt::format("SCRAM: this connection has no channel binding of type {}", first.binding_type);
  return {};
}

std::string Scram::binding_data(std::string_view type) const {
  if (type == "tls-exporter") return context_.binding.tls_exporter;
  if (type == "tls-server-end-point") return context_.binding.tls_server_end_point;
  if (type == "tls-unique") return context_.binding.tls_unique;
  return {};
}

// Who does not exist gets a salt too, always the same one, so that the answer does not tell. No proof fits the empty
// key.
crypto::Verifier Scram::verifier_of_nobody() const {
  const std::string salt = crypto::hmac_sha256(context_.unknown_user_key, lowered(user_));
  return {.argon2 = {},
          .scram_salt = salt.substr(0, crypto::kScramSaltBytes),
          .scram_iterations = context_.scram_iterations,
          .stored_key = std::string(kKeyBytes, '\0'),
          .server_key = std::string(kKeyBytes, '\0')};
}

Step Scram::on_verifier(std::optional<crypto::Verifier> verifier) {
  known_ = verifier && verifier->stored_key.size() == kKeyBytes && verifier->server_key.size() == kKeyBytes;
  verifier_ = known_ ? std::move(*verifier) : verifier_of_nobody();
  const std::string server_first =
      fmt::format("r={},s={},i={}", nonce_, crypto::base64_encode(verifier_->scram_salt), verifier_->scram_iterations);
  auth_message_ = client_first_bare_ + "," + server_first;
  phase_ = Phase::ClientFinal;
  return Challenge{server_first};
}

Step Scram::client_final(std::string_view message) {
  const auto final = client_final_message(message);
  if (!final) return malformed(final.error().text);
  if (!crypto::equal_in_constant_time(final->nonce, nonce_)) return refused("SCRAM: not the nonce of this exchange");
  if (!crypto::equal_in_constant_time(final->binding_data, expected_binding_))
    return refused("SCRAM: the channel binding does not fit: somebody may be between the client and this server");
  auth_message_ += ",";
  auth_message_ += final->without_proof;
  const bool proved = is_proof(final->proof, verifier_->stored_key, auth_message_);
  if (!proved || !known_) return refused("unknown user or wrong password");
  phase_ = Phase::Acknowledge;
  return Challenge{"v=" + crypto::base64_encode(crypto::hmac_sha256(verifier_->server_key, auth_message_))};
}

}  // namespace paraph::sasl
