#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::mail {

/// System flags (RFC 9051 §2.3.2), a bit set. Stored on disk: never renumber. \Recent is a session's matter, not stored.
enum class Flag : std::uint8_t { Seen = 1, Answered = 2, Flagged = 4, Deleted = 8, Draft = 16 };

/// The flags and keywords of one message in one mailbox.
struct Flags {
  std::uint8_t system = 0;
  std::vector<std::string> keywords;  ///< as first written, compared case-insensitively, sorted by lower case, no doubles

  bool has(Flag flag) const { return (system & static_cast<std::uint8_t>(flag)) != 0; }
  void set(Flag flag) { system |= static_cast<std::uint8_t>(flag); }
  void clear(Flag flag) { system &= static_cast<std::uint8_t>(~static_cast<unsigned>(flag)); }
  friend bool operator==(const Flags&, const Flags&) = default;
};

/// Set by this server, at delivery, on a message that it signed itself: what a client may show as "signed". No sender can set it, as
/// it could write a Paraph-Signature field; whoever owns the mailbox can.
inline constexpr std::string_view kSignedKeyword = "$ParaphSigned";

/// STORE's three verbs.
enum class FlagChange { Replace, Add, Remove };

}  // namespace paraph::mail
