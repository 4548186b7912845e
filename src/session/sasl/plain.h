#pragma once
#include <string>

#include "session/sasl/mechanism.h"

namespace paraph::sasl {

/// RFC 4616: one message, `[authzid] NUL authcid NUL passwd`.
class Plain final : public Mechanism {
 private:
  Step on_start() override { return Challenge{}; }
  Step on_message(std::string_view message) override;
  Step on_verdict(bool password_is_right) override;

  std::string authzid_;
  std::string authcid_;
};

/// LOGIN, which was never a standard (draft-murchison-sasl-login): the user, then the password. Some clients send the
/// user as an initial response.
class Login final : public Mechanism {
 private:
  Step on_start() override { return Challenge{"Username:"}; }
  Step on_message(std::string_view message) override;
  Step on_verdict(bool password_is_right) override;

  std::string user_;
};

}  // namespace paraph::sasl
