#pragma once
#include <string>

#include "crypto/channel_binding.h"

struct Gsasl;
struct Gsasl_session;

namespace paraph::transcripts {

/// An independent client of SASL, libgsasl: what it says, in base64.
class SaslClient {
 public:
  SaslClient(const std::string& mechanism, std::string user, std::string password, crypto::ChannelBinding binding);
  ~SaslClient();
  SaslClient(const SaslClient&) = delete;
  SaslClient& operator=(const SaslClient&) = delete;
  /// The answer to a challenge in base64. Throws std::runtime_error when the client would give up.
  std::string answer(const std::string& challenge);

 private:
  static int give(Gsasl* gsasl, Gsasl_session* session, int property);
  std::string user_, password_;
  crypto::ChannelBinding binding_;
  Gsasl* gsasl_ = nullptr;
  Gsasl_session* session_ = nullptr;
};

}  // namespace paraph::transcripts
