#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "dns/dns.h"

namespace paraph::dns::cares {

enum class Kind { Txt, Mx, A, Aaaa, Ptr, Tlsa };

/// What one question gave: the list of its kind is filled.
struct Answer {
  std::vector<std::string> names_or_texts;  ///< Txt, Ptr
  std::vector<Mx> exchanges;
  std::vector<Address> addresses;
  std::vector<Tlsa> tlsas;
  bool secure = false;  ///< the AD bit was set (RFC 4035 §3.2.3), and counts
};

/// An answer, or why there is none, and how long that stays true: 0 is not at all.
struct Found {
  Result<Answer> answer;
  std::chrono::seconds life{0};
};

/// Does the server say that all of this was validated? Any octets will do.
bool is_authentic(std::string_view octets);
/// c-ares' word for what a whole DNS message says: success, no data, no such name, or a failure. Any octets will do.
int status_of(std::string_view octets);

/// Reads a whole DNS message that answers `kind`; any octets will do. TooLarge and Corrupt as in dns.h.
Result<Answer> parse_answer(Kind kind, std::string_view octets);

/// What a status of c-ares means to a caller: an empty answer, or a failure that names `name`.
Result<Answer> answer_of_status(int status, std::string_view name);

/// Is it about the name, and not about the way to it? Records, none, or no such name.
bool can_be_kept(const Result<Answer>& answer);

/// The two halves of Family::Both, as dns.h says. Secure: whatever there is of them.
Result<Answer> combined(Result<Answer> v4, Result<Answer> v6);

}  // namespace paraph::dns::cares
