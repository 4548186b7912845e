#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::sasl {

inline constexpr std::size_t kNonceBytesMax = 256;

/// What the client says of channel binding: the gs2-cbind-flag of RFC 5802 §7.
enum class Binding {
  NotSupported,  ///< n: the client knows none
  NotOffered,    ///< y: the client could, and thinks that the server cannot
  Used,          ///< p=...
};

/// client-first-message, RFC 5802 §7. The views point into the parsed text.
struct ClientFirst {
  Binding binding = Binding::NotSupported;
  std::string_view binding_type;  ///< "tls-exporter", when Used
  std::string authzid;            ///< decoded
  std::string user;               ///< decoded, not yet prepared
  std::string_view nonce;
  std::string_view gs2_header;  ///< with its last comma
  std::string_view bare;        ///< client-first-message-bare
};

/// client-final-message, RFC 5802 §7.
struct ClientFinal {
  std::string binding_data;  ///< decoded: gs2-header and the channel's data
  std::string_view nonce;
  std::string proof;               ///< decoded
  std::string_view without_proof;  ///< client-final-message-without-proof
};

/// Strict; BadInput says what was expected. Extensions are read over, mandatory ones (m=) refused, as the RFC asks.
Result<ClientFirst> client_first_message(std::string_view text);
Result<ClientFinal> client_final_message(std::string_view text);

}  // namespace paraph::sasl
