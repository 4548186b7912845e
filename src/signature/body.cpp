#include "signature/body.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace paraph::signature {
namespace {

using mail::Part;

Body find_in_alternative(const mail::Structure& structure, const Part& part) {
  Body body;
  for (const auto child : part.children) {
    const Body found = find_body(structure, child);
    if (!body.plain) body.plain = found.plain;
    if (!body.html && found.html) {
      body.html = found.html;
      body.related = found.related;
    }
  }
  return body;
}

Body find_in_related(const mail::Structure& structure, std::uint32_t index) {
  const auto root = related_root(structure, index);
  if (!root) return {};
  const Part& part = structure.parts[*root];
  if (!part.is("text", "html") && !part.is("multipart", "alternative")) return {};
  Body body = find_body(structure, *root);
  if (body.html && !body.related) body.related = index;
  return body;
}

/// A Content-ID or start= without the brackets that some forget.
std::string_view bare_id(std::string_view id) {
  return id.starts_with('<') && id.ends_with('>') ? id.substr(1, id.size() - 2) : id;
}

/// RFC 2046 §5.1.7: readers take a multipart that they do not know for mixed. These they do know, and their text is
/// not the message's own.
bool reads_as_mixed(const Part& part) {
  static constexpr std::array<std::string_view, 8> kOthers{"voice-message", "report",    "signed",     "encrypted",
                                                           "digest",        "form-data", "byteranges", "appledouble"};
  return part.multipart() && std::ranges::find(kOthers, part.subtype) == kOthers.end();
}

/// A text in a form that nobody edits here (Markdown, enriched text), where it is what the message says.
bool is_foreign_body(const Part& part) {
  static constexpr std::array<std::string_view, 7> kFiles{"calendar", "vcard", "x-vcard",   "directory",
                                                          "css",      "csv",   "javascript"};
  return part.type == "text" && part.disposition != "attachment" &&
         std::ranges::find(kFiles, part.subtype) == kFiles.end() &&
         mail::find_parameter(part.disposition_parameters, "filename") == nullptr &&
         mail::find_parameter(part.parameters, "name") == nullptr;
}

Body find_in_mixed(const mail::Structure& structure, const Part& part) {
  for (const auto child : part.children) {
    const Body body = find_body(structure, child);
    if (body.any()) return body;
  }
  return {};
}

}  // namespace

bool is_body_leaf(const Part& part) {
  if (!part.is("text", "plain") && !part.is("text", "html")) return false;
  return part.disposition != "attachment" && mail::find_parameter(part.disposition_parameters, "filename") == nullptr &&
         mail::find_parameter(part.parameters, "name") == nullptr;
}

std::optional<std::uint32_t> related_root(const mail::Structure& structure, std::uint32_t related) {
  const Part& part = structure.parts[related];
  if (part.children.empty()) return std::nullopt;
  const auto* start = mail::find_parameter(part.parameters, "start");
  if (start != nullptr) {
    for (const auto child : part.children) {
      if (bare_id(structure.parts[child].id) == bare_id(*start)) return child;
    }
  }
  return part.children.front();
}

Body find_body(const mail::Structure& structure, std::uint32_t index) {
  const Part& part = structure.parts[index];
  if (part.disposition == "attachment") return {};
  if (part.leaf()) {
    Body body;
    if (is_body_leaf(part)) (part.subtype == "plain" ? body.plain : body.html) = index;
    if (index == 0 && !body.any() && is_foreign_body(part)) body.plain = index;
    return body;
  }
  if (part.is("multipart", "alternative")) return find_in_alternative(structure, part);
  if (part.is("multipart", "related")) return find_in_related(structure, index);
  if (reads_as_mixed(part)) return find_in_mixed(structure, part);
  return {};
}

std::uint32_t top_child_of(const mail::Structure& structure, std::uint32_t part) {
  while (part != 0 && structure.parts[part].parent != 0) part = structure.parts[part].parent;
  return part;
}

}  // namespace paraph::signature
