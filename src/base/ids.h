#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>

namespace paraph {

/// A number that cannot be swapped with another kind of number. 0 means "none" where a field may be empty.
template <class Tag, class Rep = std::uint64_t>
struct Id {
  Rep value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using AccountId = Id<struct AccountTag>;
using MailboxId = Id<struct MailboxTag>;         ///< unique in the whole store, never used again
using MessageId = Id<struct MessageTag>;         ///< a stored message, shared by every mailbox entry that shows it
using Uid = Id<struct UidTag, std::uint32_t>;    ///< RFC 9051 §2.3.1.1
using ModSeq = Id<struct ModSeqTag>;             ///< RFC 7162 §3.1: one counter per mailbox

/// The SHA-256 of a blob's octets: its name in the store.
struct BlobId {
  std::array<unsigned char, 32> digest{};
  std::string_view view() const& { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }
  std::string_view view() && = delete;
  friend constexpr auto operator<=>(const BlobId&, const BlobId&) = default;
};

}  // namespace paraph

template <class Tag, class Rep>
struct std::hash<paraph::Id<Tag, Rep>> {
  std::size_t operator()(paraph::Id<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value); }
};
template <>
struct std::hash<paraph::BlobId> {
  std::size_t operator()(const paraph::BlobId& id) const noexcept {
    std::size_t h;
    std::memcpy(&h, id.digest.data(), sizeof h);
    return h;
  }
};
