#include "session/sasl/plain.h"

#include "base/text.h"

namespace paraph::sasl {
namespace {

// RFC 4616 §2: UTF-8 without NUL, of 1 to 255 octets. Longer passwords than the RFC's are let through to the check.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && text.find('\0') == text.npos && is_utf8(text);
}
bool is_password(std::string_view text) {
  return !text.empty() && text.size() <= crypto::kPasswordBytesMax && text.find('\0') == text.npos && is_utf8(text);
}

Failure malformed(std::string why) { return {Code::BadInput, std::move(why)}; }
Failure wrong_password() { return {Code::Unauthenticated, "unknown user or wrong password"}; }

}  // namespace

Step Plain::on_message(std::string_view message) {
  const auto pieces = split(message, '\0');
  if (pieces.size() != 3) return malformed("PLAIN: not three fields");
  if (!pieces[0].empty() && !is_name(pieces[0])) return malformed("PLAIN: bad authorization identity");
  if (!is_name(pieces[1])) return malformed("PLAIN: bad user name");
  if (!is_password(pieces[2])) return malformed("PLAIN: bad password");
  auto user = crypto::saslprep(pieces[1]);
  if (!user) return malformed("PLAIN: the user's name: " + user.error().text);
  authzid_ = pieces[0];
  authcid_ = std::move(*user);
  return NeedPasswordCheck{authcid_, std::string(pieces[2])};
}

Step Plain::on_verdict(bool password_is_right) {
  if (!password_is_right) return wrong_password();
  return Success{authcid_, authzid_};
}

Step Login::on_message(std::string_view message) {
  if (user_.empty()) {
    if (!is_name(message)) return malformed("LOGIN: bad user name");
    auto user = crypto::saslprep(message);
    if (!user) return malformed("LOGIN: the user's name: " + user.error().text);
    user_ = std::move(*user);
    return Challenge{"Password:"};
  }
  if (!is_password(message)) return malformed("LOGIN: bad password");
  return NeedPasswordCheck{user_, std::string(message)};
}

Step Login::on_verdict(bool password_is_right) {
  if (!password_is_right) return wrong_password();
  return Success{user_, ""};
}

}  // namespace paraph::sasl
