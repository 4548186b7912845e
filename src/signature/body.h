#pragma once
#include <cstdint>
#include <optional>

#include "mail/structure.h"

namespace paraph::signature {

/// The parts that are the message's text (spec 2.4): at most one plain and one HTML leaf, alternatives of each other.
struct Body {
  std::optional<std::uint32_t> plain;
  std::optional<std::uint32_t> html;
  std::optional<std::uint32_t>
      related;  ///< the multipart/related whose root shows `html`, directly or through an alternative
  bool any() const { return plain || html; }
};

/// Looks for the body from `part` down: into mixed and what reads like it (the first child that has one), alternative
/// (each kind once) and related (its root, when that is HTML or an alternative). A text with a file name or as an
/// attachment is none. A message that is nothing but a text of some other form has that as its plain leaf, which nobody
/// here can edit: what is added follows it.
Body find_body(const mail::Structure& structure, std::uint32_t part = 0);

/// May this leaf be a body, by its type, disposition and names?
bool is_body_leaf(const mail::Part& part);

/// The root of a multipart/related: the child named by start=, else the first. nullopt without children.
std::optional<std::uint32_t> related_root(const mail::Structure& structure, std::uint32_t related);

/// The child of the top-level part under which `part` lies, or `part` itself when it is one.
std::uint32_t top_child_of(const mail::Structure& structure, std::uint32_t part);

}  // namespace paraph::signature
