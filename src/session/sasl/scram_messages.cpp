#include "session/sasl/scram_messages.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/base64.h"
#include "session/sasl/mechanism.h"

namespace paraph::sasl {
namespace {

std::unexpected<Error> wrong(std::string_view what) { return fail(Code::BadInput, "SCRAM: " + std::string(what)); }

/// Takes comma-separated attributes off the front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool done() const { return at_end_; }
  std::string_view rest() const { return rest_; }

  /// Up to the next comma, which goes too.
  std::string_view take() {
    const auto comma = rest_.find(',');
    const std::string_view taken = rest_.substr(0, comma);
    at_end_ = comma == std::string_view::npos;
    rest_ = at_end_ ? std::string_view{} : rest_.substr(comma + 1);
    return taken;
  }
  /// The value of the attribute `name`, which must be next.
  std::optional<std::string_view> need(char name) {
    const std::string_view attribute = take();
    if (attribute.size() < 2 || attribute[0] != name || attribute[1] != '=') return std::nullopt;
    return attribute.substr(2);
  }

 private:
  std::string_view rest_;
  bool at_end_ = false;
};

// saslname: UTF-8 without NUL and comma; "=2C" and "=3D" stand for "," and "=".
std::optional<std::string> saslname(std::string_view text) {
  if (text.empty() || text.size() > 3 * kNameBytesMax || text.find('\0') != text.npos || !is_utf8(text))
    return std::nullopt;
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      name += text[i];
      continue;
    }
    const std::string_view code = text.substr(i, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    name += code == "=2C" ? ',' : '=';
    i += 2;
  }
  if (name.size() > kNameBytesMax) return std::nullopt;
  return name;
}

// c-nonce: printable ASCII without comma.
bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= kNonceBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127 && c != ','; });
}

// cb-name: letters, digits, "." and "-".
bool is_binding_type(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || c == '.' || c == '-' || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
  });
}

// attr-val: a letter, "=", and at least one character that is not NUL.
bool is_extension(std::string_view text) {
  return text.size() >= 3 && to_lower(text[0]) >= 'a' && to_lower(text[0]) <= 'z' && text[1] == '=' &&
         text.find('\0') == text.npos && is_utf8(text);
}

Result<void> gs2_cbind_flag(std::string_view flag, ClientFirst& first) {
  if (flag == "n") {
    first.binding = Binding::NotSupported;
  } else if (flag == "y") {
    first.binding = Binding::NotOffered;
  } else if (flag.starts_with("p=") && is_binding_type(flag.substr(2))) {
    first.binding = Binding::Used;
    first.binding_type = flag.substr(2);
  } else {
    return wrong("expected n, y or p= and a type of channel binding");
  }
  return {};
}

}  // namespace

Result<ClientFirst> client_first_message(std::string_view text) {
  ClientFirst first;
  Cursor cursor(text);
  PARAPH_CHECK(gs2_cbind_flag(cursor.take(), first));
  const std::string_view authzid = cursor.take();
  if (!authzid.empty()) {
    const auto name = authzid.starts_with("a=") ? saslname(authzid.substr(2)) : std::nullopt;
    if (!name) return wrong("expected a= and an authorization identity, or nothing");
    first.authzid = *name;
  }
  if (cursor.done()) return wrong("expected n= and the user's name");
  first.bare = cursor.rest();
  first.gs2_header = text.substr(0, text.size() - first.bare.size());

  if (first.bare.starts_with("m=")) return wrong("a mandatory extension that is not known here");
  const auto user = cursor.need('n');
  const auto name = user ? saslname(*user) : std::nullopt;
  if (!name || cursor.done()) return wrong("expected n= and the user's name");
  first.user = *name;
  const auto nonce = cursor.need('r');
  if (!nonce || !is_nonce(*nonce)) return wrong("expected r= and a nonce");
  first.nonce = *nonce;
  while (!cursor.done())
    if (!is_extension(cursor.take())) return wrong("expected an extension");
  return first;
}

Result<ClientFinal> client_final_message(std::string_view text) {
  ClientFinal final;
  const auto proof_at = text.rfind(",p=");
  if (proof_at == std::string_view::npos) return wrong("expected p= and the proof, last");
  const auto proof = crypto::base64_decode(text.substr(proof_at + 3));
  if (!proof) return wrong("the proof is not base64");
  final.proof = *proof;
  final.without_proof = text.substr(0, proof_at);

  Cursor cursor(final.without_proof);
  const auto binding = cursor.need('c');
  const auto data = binding ? crypto::base64_decode(*binding) : std::nullopt;
  if (!data || cursor.done()) return wrong("expected c= and base64");
  final.binding_data = *data;
  const auto nonce = cursor.need('r');
  if (!nonce || nonce->empty()) return wrong("expected r= and the nonce");
  final.nonce = *nonce;
  while (!cursor.done())
    if (!is_extension(cursor.take())) return wrong("expected an extension");
  return final;
}

}  // namespace paraph::sasl
