#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "crypto/channel_binding.h"
#include "crypto/password.h"
#include "crypto/random.h"

namespace paraph::sasl {

inline constexpr std::size_t kMessageBytesMax = 4096;           ///< a client's message, decoded
inline constexpr std::size_t kLineBytesMax = 4096 / 3 * 4 + 8;  ///< the same as a base64 line, without CRLF
inline constexpr std::size_t kNameBytesMax = 255;               ///< RFC 4616 §2

/// Send these octets to the client (see challenge_line), and hand its answer to answer_line() or next().
struct Challenge {
  std::string octets;
};
/// Look the user up, and call give_verifier(): the verifier, or nullopt for a user who does not exist.
struct NeedVerifier {
  std::string user;
};
/// Check the password (crypto::check_password on a pool, or the credential cache), and call give_verdict(). For a user
/// who does not exist call crypto::waste_password_check() and give false.
struct NeedPasswordCheck {
  std::string user;
  std::string password;
};
/// `authcid` proved who it is, and asks to act as `authzid` (empty: as itself). Whether it may is the caller's to
/// decide.
struct Success {
  std::string authcid;
  std::string authzid;
};
/// Over. BadInput: a malformed or aborted exchange (501 5.5.2, BAD). Unauthenticated: not let in (535 5.7.8, NO
/// [AUTHENTICATIONFAILED]). The text is for the log; a client learns only the code.
struct Failure {
  Code code;
  std::string text;
};
using Step = std::variant<Challenge, NeedVerifier, NeedPasswordCheck, Success, Failure>;

/// The server's side of one SASL exchange (RFC 4422), pure: it never waits; the session does what a Step asks and comes
/// back. Owned by the session, used on its executor, for one exchange. After Success or Failure every call gives
/// Failure.
class Mechanism {
 public:
  virtual ~Mechanism() = default;
  /// Begins. `initial` is the decoded initial response, where the client sent one (may be empty, not absent, for "=").
  Step start(std::optional<std::string_view> initial);
  /// The client's next message, decoded.
  Step next(std::string_view message);
  Step give_verifier(std::optional<crypto::Verifier> verifier);
  Step give_verdict(bool password_is_right);
  /// The client broke the exchange off, or what it sent cannot be read: gives Failure, BadInput.
  Step give_up(std::string why);

 protected:
  virtual Step on_start() = 0;  ///< the first challenge, when there was no initial response
  virtual Step on_message(std::string_view message) = 0;
  virtual Step on_verifier(std::optional<crypto::Verifier> verifier);
  virtual Step on_verdict(bool password_is_right);

 private:
  enum class Awaits { Start, Message, Verifier, Verdict, Nothing };
  Step settle(Step step);
  Awaits awaits_ = Awaits::Start;
};

/// What an exchange needs from around it. `random` outlives the mechanism.
struct Context {
  crypto::Random& random;
  /// Of this connection; all empty in clear. With any of them, the -PLUS mechanism is offered.
  crypto::ChannelBinding binding;
  /// May passwords cross this connection as they are (TLS, or loopback where the operator allows it)?
  bool plaintext_allowed = false;
  /// Secret of this installation, the same after a restart: makes an unknown user's salt, so that it looks like a known
  /// one's.
  std::string unknown_user_key;
  /// What the salt of an unknown user goes with: the iterations that new passwords get.
  std::uint32_t scram_iterations = crypto::Cost{}.scram_iterations;
};

/// The mechanisms to advertise on such a connection, strongest first: "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN",
/// "LOGIN".
std::vector<std::string_view> offered(const Context& context);

/// The machine for `name` (ASCII case-insensitive). Null when it is not among offered().
std::unique_ptr<Mechanism> make_mechanism(std::string_view name, Context context);

/// Hands a line of the client's (without CRLF) to the machine: "*" aborts (RFC 4954 §4, RFC 9051 §6.2.2), else strict
/// base64.
Step answer_line(Mechanism& mechanism, std::string_view line);

/// The same for an initial response on the command's own line: "=" is an empty one.
Step start_line(Mechanism& mechanism, std::optional<std::string_view> initial);

/// The challenge in base64, without "334 ", "+ " and CRLF.
std::string challenge_line(const Challenge& challenge);

}  // namespace paraph::sasl
