#pragma once
#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace paraph::dns {

/// What one lookup may take when its caller does not say.
inline constexpr std::chrono::milliseconds kWithin{5000};
/// No lookup takes longer, whatever its caller says.
inline constexpr std::chrono::milliseconds kWithinMax{30000};
/// More records than this in one answer is TooLarge. Its octets are bounded by DNS itself: 65535.
inline constexpr std::size_t kRecordsMax = 256;

/// RFC 5321 §5.1. An empty `host` is the root: the domain takes no mail (null MX, RFC 7505).
struct Mx {
  std::uint16_t preference = 0;  ///< lower is tried first
  std::string host;              ///< lower case, without the last dot
  bool secure = false;           ///< DNSSEC vouches for the whole answer, as a validating resolver said
  friend auto operator<=>(const Mx&, const Mx&) = default;
};

/// RFC 6698 §2.1. Whether a client can use it, the client decides.
struct Tlsa {
  std::uint8_t usage = 0, selector = 0, matching = 0;
  std::string data;  ///< octets
  friend auto operator<=>(const Tlsa&, const Tlsa&) = default;
};

/// An IP address: the first 4 octets for IPv4, the others 0.
struct Address {
  std::array<unsigned char, 16> octets{};
  bool v6 = false;
  friend auto operator<=>(const Address&, const Address&) = default;
};

/// Which addresses are asked for: SPF wants those of its client's family, delivery wants both.
enum class Family { V4, V6, Both };

/// The door to names and policies (DESIGN decision 11). Asks DNS only: no hosts file, no search list, aliases (CNAME)
/// followed. Called from any event loop, answers on the caller's. Never throws for a server that does not answer.
///
/// `name` is ASCII in any case, with or without the last dot: labels of 1 to 63 octets, 253 in all, printable, no blank
/// and no backslash; a name in another script is given as A-labels. `within` is the time until the answer at the
/// latest: a caller with several lookups to do hands each what is left of its own time. The order of records means
/// nothing, except in mx().
///
/// An empty list: the name exists and has no such record. Codes:
/// - NotFound: the name does not exist (NXDOMAIN)
/// - Unavailable: no answer in time, the server failed or refused, too many lookups wait, or the resolver was destroyed
/// - BadInput: not a name; nothing was asked
/// - TooLarge: more than kRecordsMax records
/// - Corrupt: an answer came, and it is broken, or names hosts that are none
///
/// Destroying a resolver ends what waits with Unavailable. Destroy it before the event loops of those who wait.
class Resolver {
 public:
  virtual ~Resolver() = default;

  /// One text a record: its strings joined, nothing between them (RFC 6376 §3.6.2.2, RFC 7208 §3.3). Any octets.
  virtual Task<Result<std::vector<std::string>>> txt(std::string name, std::chrono::milliseconds within = kWithin) = 0;

  /// Sorted by preference. An empty list is the implicit MX of RFC 5321 §5.1; that of a null MX is one with an empty
  /// host.
  virtual Task<Result<std::vector<Mx>>> mx(std::string name, std::chrono::milliseconds within = kWithin) = 0;

  /// A and AAAA. With Both, the addresses of one family are an answer even when the other's server fails.
  virtual Task<Result<std::vector<Address>>> addresses(std::string name, Family family = Family::Both,
                                                       std::chrono::milliseconds within = kWithin) = 0;

  /// The TLSA records of `port` at `host`, of which DNSSEC is sure; empty otherwise. They are not asked for when DNSSEC
  /// is not sure of the host's own addresses: servers of such zones often fail at TLSA (RFC 7672 §2.2.2), and nothing
  /// would come of it. A resolver that validates nothing, or is not trusted, has none at all. Unavailable may mean that
  /// somebody hides them: the host must not be spoken to.
  virtual Task<Result<std::vector<Tlsa>>> tlsa(std::string host, std::uint16_t port,
                                               std::chrono::milliseconds within = kWithin) = 0;

  /// The names of an address, lower case, without the last dot; nobody has checked that they lead back to it.
  virtual Task<Result<std::vector<std::string>>> ptr(Address address, std::chrono::milliseconds within = kWithin) = 0;
};

}  // namespace paraph::dns
