#include "signature/body.h"

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
      if (structure.parts[child].id == *start) return child;
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
    return body;
  }
  if (part.is("multipart", "alternative")) return find_in_alternative(structure, part);
  if (part.is("multipart", "related")) return find_in_related(structure, index);
  if (part.is("multipart", "mixed")) return find_in_mixed(structure, part);
  return {};
}

std::uint32_t top_child_of(const mail::Structure& structure, std::uint32_t part) {
  while (part != 0 && structure.parts[part].parent != 0) part = structure.parts[part].parent;
  return part;
}

}  // namespace paraph::signature
