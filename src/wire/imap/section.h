#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"

namespace paraph::imap {

/// What lies between the brackets of BODY[...] and BINARY[...] (RFC 9051 §6.4.5).
struct Section {
  enum class What { Whole, Header, HeaderFields, HeaderFieldsNot, Text, Mime };
  std::vector<std::uint32_t> path;  ///< part numbers, from 1; empty: the message itself
  What what = What::Whole;
  std::vector<std::string> fields;  ///< HeaderFields, HeaderFieldsNot: as written
  friend bool operator==(const Section&, const Section&) = default;
};

/// `<offset.bytes>` after a section: bytes is not 0.
struct Partial {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Partial&, const Partial&) = default;
};

/// The index in `structure.parts` of the part with this number, or nullopt. Part 1 of a message that is no multipart is
/// the message's own body; numbers below a message/rfc822 part are the nested message's. An empty path is the root.
std::optional<std::uint32_t> find_part(const mail::Structure& structure, const std::vector<std::uint32_t>& path);

/// The octets of the message that the section names; nullopt if there is no such section (answered as NIL). For
/// HeaderFields and HeaderFieldsNot it is the whole header, from which append_header_fields() picks.
std::optional<mail::Range> find_section(const mail::Structure& structure, const Section& section);

/// The part of `range` that `partial` asks for: empty when the offset is past its end.
mail::Range apply_partial(mail::Range range, const std::optional<Partial>& partial);

/// The fields of the header block `header` that are (HeaderFields) or are not (HeaderFieldsNot) among `section.fields`,
/// in their order and with their folding, and the empty line. O(header + fields · log fields).
void append_header_fields(std::string& out, std::string_view header, const Section& section);

}  // namespace paraph::imap
