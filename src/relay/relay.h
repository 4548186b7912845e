#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mail/transaction.h"
#include "net/endpoint.h"
#include "relay/tls_sessions.h"

namespace paraph::relay {

/// What a connection must prove before a message goes over it.
enum class Tls {
  None,           ///< in clear, even when the server offers STARTTLS
  Opportunistic,  ///< STARTTLS when it is offered, any certificate; in clear again when the handshake fails (RFC 7435)
  Required,       ///< STARTTLS, and a certificate that the authorities vouch for, for one of `names`
  Dane,           ///< STARTTLS, and a certificate that `tlsa` names (RFC 7672)
};

/// A TLSA record (RFC 6698 §2.1) of which DNSSEC is sure.
struct Tlsa {
  std::uint8_t usage = 0, selector = 0, matching = 0;
  std::string data;  ///< octets
  friend auto operator<=>(const Tlsa&, const Tlsa&) = default;
};

/// Who we are to a smarthost (AUTH PLAIN, or else LOGIN; under TLS or on loopback only).
struct Login {
  std::string user, password;
  friend auto operator<=>(const Login&, const Login&) = default;
};

/// One server that may take a message, found by MX or named by a route.
struct Host {
  std::string name;                      ///< lower case, without the last dot: SNI, logs, reports
  std::vector<net::Endpoint> addresses;  ///< in the order of trying; one at least
  Tls tls = Tls::Opportunistic;
  /// Required: "mx.example.org", or "*.example.org" for one label (RFC 8461 §4.1). Opportunistic: a certificate for
  /// one of them is asked for first, so that it can be told whether there is one (a policy in testing mode); then any
  /// will do.
  std::vector<std::string> names;
  std::vector<Tlsa> tlsa;  ///< Dane
  std::optional<Login> login;
  std::string ca_pem;        ///< trusted besides the system's authorities
  AppliedPolicyPtr applied;  ///< whose sessions these are, and by what policy; null: nobody is told of them
  friend auto operator<=>(const Host&, const Host&) = default;
};

/// The octets of a message, read once for each try from the beginning.
class Content {
 public:
  virtual ~Content() = default;
  /// In all, as they are read.
  virtual std::uint64_t bytes() const = 0;
  /// Begins again.
  virtual void rewind() = 0;
  /// The next octets, at most `bytes_max`; empty at the end. The view is valid until the next call. Codes of the store.
  virtual Task<Result<std::string_view>> next(std::size_t bytes_max) = 0;
};

/// One message for recipients of one destination: one transaction, or more where the server takes fewer recipients.
struct Job {
  mail::Address reverse_path;
  mail::MailOptions options;
  std::vector<mail::Recipient> recipients;  ///< 1 to 100
  Content& content;                         ///< outlives the call
  bool has_8bit = true;                     ///< octets above 127 in the body, or in the header
  std::string id;                           ///< for the log
};

/// A reply, or what took its place.
struct Answer {
  int code = 0;  ///< 250, 450, 550, ...; 0: none came, see `text`
  std::string
      enhanced;      ///< "5.1.1"; "" when the server sent none. Of code 0: "4.7.4" and "4.7.5" when TLS is the reason
  std::string text;  ///< what the server said, cleaned for logs; or a sentence: "connection refused"
  bool delivered() const { return code >= 200 && code < 300; }
  bool permanent() const { return code >= 500; }  ///< 0 and 4xx: try again
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// Why a message as it is cannot go to a server that answers well: the queue changes it, and tries again.
enum class Misfit {
  None,
  SevenBit,  ///< 8-bit octets, and no 8BITMIME; a binary body, and no BINARYMIME with CHUNKING
  Utf8,      ///< an address or octets in UTF-8, and no SMTPUTF8 (final where it is an address, or in a header:
             ///< RFC 6531 §3.2)
  Size,      ///< more octets than its SIZE (`size_max`)
  Tls,       ///< REQUIRETLS, and this server does not offer it, or has not proved who it is (RFC 8689 §4.2.1)
};

/// What became of one try at one host. With a misfit nothing was sent, and the answers are those of such a server.
struct Outcome {
  std::vector<Answer> answers;  ///< of each recipient, in order
  Misfit misfit = Misfit::None;
  std::uint64_t size_max = 0;  ///< of the server, when it said so
  bool seven_bit = false;      ///< reached, and it takes 7-bit messages only (RFC 6152)
  bool reached = false;        ///< it was ready for MAIL: but for Misfit::Tls the other hosts need not be tried
  bool broke_off = false;      ///< but it ended before it had the whole message: another host may do better
  std::string host, address;   ///< "mx.example.org", "192.0.2.1"
  std::string tls;             ///< "TLSv1.3 ...", "" in clear
  bool dsn = false;            ///< it took NOTIFY, RET and ENVID: reports of success are its business
};

/// The door to other servers (RFC 5321 as a client; RFC 2033 for LMTP is not here). Connections are kept and used
/// again. Any event loop; answers on the caller's, and keeps a connection on the loop that opened it.
class Relay {
 public:
  virtual ~Relay() = default;
  /// One try at `host`: its addresses in order until one takes the connection. Never throws for a server that
  /// misbehaves: that is an Answer of code 0. A connection that broke after the last octet was sent and before the
  /// reply is code 0 too: the message may be there, and is tried again (RFC 5321 §4.5.4.1). The failure is of the store
  /// or of our side alone (Content's codes).
  virtual Task<Result<Outcome>> send(Host host, Job job) = 0;
};

}  // namespace paraph::relay
