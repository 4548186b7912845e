#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/smtp/reply.h"

namespace paraph::smtp {

/// What a server says that it can do: its answer to EHLO (RFC 5321 §4.1.1.1). A server that knows HELO only can do
/// nothing of it.
struct Extensions {
  bool pipelining = false;      ///< RFC 2920
  bool eight_bit_mime = false;  ///< RFC 6152
  bool binary_mime = false;     ///< RFC 3030, as `chunking`
  bool chunking = false;
  bool smtputf8 = false;          ///< RFC 6531
  bool dsn = false;               ///< RFC 3461
  bool starttls = false;          ///< RFC 3207
  bool require_tls = false;       ///< RFC 8689
  bool enhanced_codes = false;    ///< RFC 2034
  bool size = false;              ///< RFC 1870: MAIL may say SIZE=
  std::uint64_t size_max = 0;     ///< octets; 0: not said, or no fixed limit
  std::uint64_t rcpt_max = 0;     ///< RFC 9422: RCPT commands in a transaction; 0: not said
  std::uint64_t mail_max = 0;     ///< RFC 9422: transactions in a connection; 0: not said
  std::vector<std::string> auth;  ///< RFC 4954: mechanisms, upper case, as they came

  bool has_mechanism(std::string_view name) const;
};

/// Reads EHLO's reply. What is not known, or not well-formed, is passed over: a server that lies about itself refuses
/// later what it does not take.
Extensions parse_extensions(const Reply& ehlo);

}  // namespace paraph::smtp
