// strip_foreign_fields(): what a client wrote in our name goes before anything else looks (spec 2.9).
#include <utility>

#include "base/text.h"
#include "mime/header.h"
#include "signature/attach.h"
#include "signature/splices.h"
#include "signature/view.h"

namespace paraph::signature {
namespace {

/// A place after `removed` octets before it went away.
void shift(mail::Range& range, std::uint64_t header_end, std::uint64_t removed) {
  if (range.begin >= header_end) range.begin -= removed;
  if (range.end >= header_end) range.end -= removed;
}

}  // namespace

std::size_t strip_foreign_fields(Message& message, std::optional<std::size_t> keep) {
  const mail::Range block = message.structure.root().header;
  const View view(message);
  const auto header = view.octets(block);
  if (!header) return 0;
  Splices splices;
  std::string kept;
  std::uint64_t at = 0;
  std::size_t count = 0;
  std::size_t seen = 0;
  for (const mime::Field& field : mime::Fields(*header)) {
    if (!iequals(field.name, "paraph-signature") || seen++ == keep) continue;
    splices.replace({block.begin + field.range.begin, block.begin + field.range.end}, {});
    kept += header->substr(at, field.range.begin - at);
    at = field.range.end;
    ++count;
  }
  if (count == 0) return 0;
  kept += header->substr(at);
  if (kept.empty()) {
    // The body follows without an empty line: at the top its "From " would pass for mbox's, and what is below for
    // fields.
    kept = "\r\n";
    splices.insert(block.end, kept);
  }
  const std::uint64_t removed = header->size() - kept.size();
  auto rope = splices.apply(message.rope);
  if (!rope) return 0;
  message.rope = *std::move(rope);

  for (auto& part : message.structure.parts) {
    shift(part.header, block.end, removed);
    shift(part.body, block.end, removed);
  }
  message.structure.size -= removed;
  std::map<mail::Range, std::string> octets;
  for (auto& [range, text] : message.octets) {
    mail::Range moved = range;
    if (range.begin >= block.end) {
      shift(moved, block.end, removed);
      octets.emplace(moved, std::move(text));
    } else if (range.end >= block.end && range.begin == block.begin) {
      shift(moved, block.end, removed);
      octets.emplace(moved, kept + text.substr(block.size()));
    }
  }
  message.octets = std::move(octets);
  return count;
}

}  // namespace paraph::signature
