#pragma once
#include <string>

#include "session/sasl/mechanism.h"

namespace paraph::sasl {

struct ClientFirst;
struct ClientFinal;

/// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), with the channel bindings tls-exporter (RFC 9266),
/// tls-server-end-point and tls-unique (RFC 5929). The last message, the server's signature, is sent as a challenge
/// that the client answers with nothing, for SMTP and IMAP cannot put data beside success.
class Scram final : public Mechanism {
 public:
  enum class Variant { Bare, Plus };
  Scram(Variant variant, Context context) : variant_(variant), context_(std::move(context)) {}

 private:
  enum class Phase { ClientFirst, ClientFinal, Acknowledge };

  Step on_start() override { return Challenge{}; }
  Step on_message(std::string_view message) override;
  Step on_verifier(std::optional<crypto::Verifier> verifier) override;

  Step client_first(std::string_view message);
  Step client_final(std::string_view message);
  /// Why this client may not go on with the binding it chose; empty: it may.
  std::string binding_refusal(const ClientFirst& first) const;
  std::string binding_data(std::string_view type) const;
  crypto::Verifier verifier_of_nobody() const;

  const Variant variant_;
  const Context context_;
  Phase phase_ = Phase::ClientFirst;
  std::string user_;
  std::string authzid_;
  std::string expected_binding_;  ///< what c= must say
  std::string nonce_;             ///< the client's and ours
  std::string auth_message_;      ///< so far: client-first-message-bare "," server-first-message
  std::string client_first_bare_;
  std::optional<crypto::Verifier> verifier_;
  bool known_ = false;
};

}  // namespace paraph::sasl
