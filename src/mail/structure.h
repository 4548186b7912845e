#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "mail/envelope.h"

namespace paraph::mail {

/// Octets [begin, end) of a message as it goes over the wire.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
  friend bool operator==(const Range&, const Range&) = default;
  friend auto operator<=>(const Range&, const Range&) = default;
};

/// A MIME parameter. The name is lower-cased, the value unquoted and RFC 2231 joined and decoded to UTF-8 where it can be.
struct Parameter {
  std::string name;
  std::string value;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// Content-Transfer-Encoding (RFC 2045 §6). Stored on disk: never renumber.
enum class Encoding : std::uint8_t { SevenBit = 0, EightBit = 1, Binary = 2, QuotedPrintable = 3, Base64 = 4, Unknown = 5 };

/// What is wrong with a message or part (spec 2.4 Q); a bit set. Stored on disk: never renumber.
enum class Defect : std::uint32_t {
  None = 0,
  BadContentType = 1u << 0,       ///< duplicate or unparsable Content-Type
  BadEncoding = 1u << 1,          ///< duplicate or unknown Content-Transfer-Encoding
  BadMimeVersion = 1u << 2,       ///< duplicate or unparsable MIME-Version
  NoBoundary = 1u << 3,           ///< multipart without a usable boundary (none, over 70 characters)
  NoDelimiter = 1u << 4,          ///< no delimiter line of the boundary was found
  NoCloseDelimiter = 1u << 5,     ///< the closing delimiter is missing (not "malformed": spec 2.4 Q)
  EncodedComposite = 1u << 6,     ///< base64 or quoted-printable on multipart or message
  Nul = 1u << 7,
  BareCr = 1u << 8,
  BareLf = 1u << 9,
  LongHeaderLine = 1u << 10,      ///< over 998 octets
  LongHeaders = 1u << 11,         ///< a header block over 256 KiB
  TooDeep = 1u << 12,             ///< nesting over 32: deeper parts are opaque
  TooManyParts = 1u << 13,        ///< over 1,000: the rest is opaque
  BadBase64 = 1u << 14,           ///< leaf only: octets outside the alphabet or wrong padding
  HeaderNotEnded = 1u << 15,      ///< a header block ends without the empty line (or holds a line that is no field)
  EightBitHeader = 1u << 16,      ///< informative
  Epilogue = 1u << 17,            ///< informative: octets other than line ends after the closing delimiter
  HeaderOctets = 1u << 18,        ///< Nul, BareCr or BareLf is in the header block: readers differ about its lines
};
constexpr Defect operator|(Defect a, Defect b) { return static_cast<Defect>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b)); }
constexpr Defect operator&(Defect a, Defect b) { return static_cast<Defect>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b)); }
constexpr Defect& operator|=(Defect& a, Defect b) { return a = a | b; }
constexpr bool has(Defect set, Defect bit) { return (set & bit) != Defect::None; }

inline constexpr std::uint32_t kNoPart = 0xFFFFFFFFu;

/// One entity. All strings are as in the header, unfolded, comments removed; types and names lower-cased.
struct Part {
  std::uint32_t parent = kNoPart;        ///< index in Structure::parts
  std::vector<std::uint32_t> children;   ///< a message/rfc822 or message/global has one: the root of the nested message
  Range header;                          ///< from the first field to after the empty line
  Range body;                            ///< without the CRLF before the next delimiter (RFC 2046 §5.1.1)
  std::uint64_t body_lines = 0;          ///< CRLFs in the body, plus one when it ends without one and is not empty
  std::string type = "text";
  std::string subtype = "plain";
  std::vector<Parameter> parameters;     ///< of Content-Type
  Encoding encoding = Encoding::SevenBit;
  std::string encoding_name;             ///< as given, lower-cased; empty: no such field
  std::string disposition;               ///< "inline", "attachment", ...; empty: no such field
  std::vector<Parameter> disposition_parameters;
  std::string id;                        ///< with its angle brackets
  std::string description;
  std::string md5;
  std::string location;
  std::vector<std::string> languages;
  std::optional<std::uint32_t> duration; ///< Content-Duration, seconds (RFC 3803)
  bool has_content_type = false;         ///< false: the defaults above apply
  Defect defects = Defect::None;
  std::optional<Envelope> envelope;      ///< only on a part that is the root of a message (the message itself, or nested)

  bool is(std::string_view t, std::string_view s) const { return type == t && subtype == s; }
  bool multipart() const { return type == "multipart"; }
  bool message() const { return type == "message" && (subtype == "rfc822" || subtype == "global"); }
  bool leaf() const { return !multipart() && !message(); }
  friend bool operator==(const Part&, const Part&) = default;
};

/// The value of parameter `name` (lower case), or nullptr. Points into `parameters`.
inline const std::string* find_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
  for (const auto& parameter : parameters) {
    if (parameter.name == name) return &parameter.value;
  }
  return nullptr;
}

/// The MIME tree of one message: parts in document order (pre-order), parts[0] the root. Never empty.
struct Structure {
  std::vector<Part> parts;
  std::uint64_t size = 0;            ///< octets of the whole message
  Defect defects = Defect::None;     ///< of all parts together, and of the message
  bool mime_version = false;         ///< the top header has MIME-Version

  const Part& root() const& { return parts.front(); }
  const Part& root() && = delete;
  friend bool operator==(const Structure&, const Structure&) = default;
};

}  // namespace paraph::mail
