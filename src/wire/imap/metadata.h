#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paraph::imap {

/// Values of RFC 5464, annotations of a mailbox, or of the server when its name is "". Names of entries are lower case
/// (they are compared case-insensitively, §3.2), begin with '/', and have no empty level, '*' or '%'.

/// How far below an entry GETMETADATA looks (§4.2.2).
enum class MetadataDepth { Entry, Children, Everything };

struct GetMetadata {
  std::string mailbox;
  std::vector<std::string> entries;
  std::optional<std::uint32_t> bytes_max;  ///< MAXSIZE (§4.2.1): longer values are left out
  MetadataDepth depth = MetadataDepth::Entry;
};

/// An entry and its value; without one, the annotation is removed.
using MetadataValue = std::pair<std::string, std::optional<std::string>>;

struct SetMetadata {
  std::string mailbox;
  std::vector<MetadataValue> values;  ///< every entry once
};

/// Is `entry` asked for by `asked`, looking so far below it?
bool is_asked(const std::string& asked, MetadataDepth depth, const std::string& entry);

/// `* METADATA "" (/private/comment "text")CRLF`; `values` are not empty. `mailbox` as append_mailbox() wrote it.
void append_metadata(std::string& out, const std::string& mailbox, const std::vector<MetadataValue>& values);

}  // namespace paraph::imap
