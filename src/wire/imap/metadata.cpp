#include "wire/imap/metadata.h"

#include <algorithm>

#include "wire/imap/format.h"

namespace paraph::imap {

bool is_asked(const std::string& asked, MetadataDepth depth, const std::string& entry) {
  if (entry == asked) return true;
  if (depth == MetadataDepth::Entry || !entry.starts_with(asked + '/')) return false;
  return depth == MetadataDepth::Everything || entry.find('/', asked.size() + 1) == std::string::npos;
}

// RFC 5464 §5: metadata-resp, with values
void append_metadata(std::string& out, const std::string& mailbox, const std::vector<MetadataValue>& values) {
  out.append("* METADATA ").append(mailbox).append(" (");
  const char* between = "";
  for (const auto& [entry, value] : values) {
    out += between;
    append_astring(out, entry);
    out += ' ';
    if (value) {
      append_string(out, *value);
    } else {
      out += "NIL";
    }
    between = " ";
  }
  out += ")\r\n";
}

}  // namespace paraph::imap
