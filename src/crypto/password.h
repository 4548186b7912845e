#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/random.h"

namespace paraph::crypto {

inline constexpr std::size_t kPasswordBytesMax = 1024;
inline constexpr std::size_t kScramSaltBytes = 16;

/// What is stored of a password; nobody gets the password back from it. On disk as record::Verifier, field by field.
struct Verifier {
  std::string argon2;      ///< Argon2id in PHC form (`$argon2id$v=19$m=...`), for PLAIN and LOGIN
  std::string scram_salt;  ///< octets; RFC 5802 §3 for these four
  std::uint32_t scram_iterations = 0;
  std::string stored_key;  ///< 32 octets
  std::string server_key;  ///< 32 octets
  friend bool operator==(const Verifier&, const Verifier&) = default;
};

/// What a guess shall cost. Argon2id is paid by the server at each check, the SCRAM iterations by the client at each
/// log-in (RFC 7677 §4 asks for 4096 or more). The defaults are OWASP's for Argon2id, and a tenth of a second of an old
/// phone.
struct Cost {
  std::uint64_t argon2_passes = 2;
  std::size_t argon2_bytes = 19 * 1024 * 1024;
  std::uint32_t scram_iterations = 10'000;
};

/// The cheapest that the libraries accept: for tests.
inline constexpr Cost kTestCost{.argon2_passes = 1, .argon2_bytes = 8 * 1024, .scram_iterations = 4096};

/// `text` prepared for comparison as SASLprep says (RFC 4013 by ICU: NFKC, odd spaces become SP, code points newer than
/// Unicode 3.2 pass unchanged). BadInput: empty, not UTF-8, past kPasswordBytesMax, or a prohibited character
/// (controls, for one).
Result<std::string> saslprep(std::string_view text);

/// Blocks for some 20 ms (Argon2id, 19 MB) + 3 ms (PBKDF2): call it on a worker pool. BadInput as saslprep().
Result<Verifier> make_verifier(std::string_view password, Random& random, const Cost& cost = {});

/// Is this the password? Blocks for some 20 ms: call it on a worker pool. A password that cannot be prepared is a wrong
/// one.
bool check_password(const Verifier& verifier, std::string_view password);

/// Takes as long as check_password() does, for a user who does not exist, so that time does not tell who exists.
void waste_password_check(std::string_view password, const Cost& cost = {});

/// Was `verifier` made with a lesser cost than `cost`, so that the next good log-in should make a new one?
bool needs_new_verifier(const Verifier& verifier, const Cost& cost);

}  // namespace paraph::crypto
