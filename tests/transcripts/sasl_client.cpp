#include "sasl_client.h"

#include <gsasl.h>

#include <stdexcept>

#include "crypto/base64.h"

namespace paraph::transcripts {
namespace {

[[noreturn]] void give_up(int result) {
  throw std::runtime_error(std::string("libgsasl gives up: ") + gsasl_strerror(result));
}

}  // namespace

SaslClient::SaslClient(const std::string& mechanism, std::string user, std::string password,
                       crypto::ChannelBinding binding)
    : user_(std::move(user)), password_(std::move(password)), binding_(std::move(binding)) {
  if (const int result = gsasl_init(&gsasl_); result != GSASL_OK) give_up(result);
  gsasl_callback_set(gsasl_, [](Gsasl* gsasl, Gsasl_session* session, Gsasl_property property) {
    return give(gsasl, session, static_cast<int>(property));
  });
  gsasl_callback_hook_set(gsasl_, this);
  if (const int result = gsasl_client_start(gsasl_, mechanism.c_str(), &session_); result != GSASL_OK) give_up(result);
}

SaslClient::~SaslClient() {
  if (session_ != nullptr) gsasl_finish(session_);
  gsasl_done(gsasl_);
}

int SaslClient::give(Gsasl* gsasl, Gsasl_session* session, int property) {
  const auto& self = *static_cast<const SaslClient*>(gsasl_callback_hook_get(gsasl));
  const auto set = [&](const std::string& value) {
    if (value.empty()) return static_cast<int>(GSASL_NO_CALLBACK);
    return gsasl_property_set(session, static_cast<Gsasl_property>(property), value.c_str());
  };
  switch (property) {
    case GSASL_AUTHID:
      return set(self.user_);
    case GSASL_PASSWORD:
      return set(self.password_);
    case GSASL_CB_TLS_EXPORTER:
      return set(self.binding_.tls_exporter.empty() ? "" : crypto::base64_encode(self.binding_.tls_exporter));
    default:
      return GSASL_NO_CALLBACK;
  }
}

std::string SaslClient::answer(const std::string& challenge) {
  char* said = nullptr;
  const int result = gsasl_step64(session_, challenge.c_str(), &said);
  if (result != GSASL_OK && result != GSASL_NEEDS_MORE) give_up(result);
  std::string text(said);
  gsasl_free(said);
  return text;
}

}  // namespace paraph::transcripts
