#include "undo.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mime/field.h"
#include "mime/scan.h"
#include "signature/body.h"
#include "signature/entities.h"
#include "signature/leaf.h"

namespace paraph::corpus {
namespace {

using mail::Part;

bool has_own_boundary(const Part& part) {
  const auto* boundary = mail::find_parameter(part.parameters, "boundary");
  return boundary != nullptr && boundary->starts_with("=_prph_") && boundary->size() == 31;
}

/// The fields that signing may add or change anywhere.
bool may_change(std::string_view name) {
  return iequals(name, "content-type") || iequals(name, "content-transfer-encoding");
}

/// The octets of the fields for which `wanted` holds, one after another.
template <class Wanted>
std::string fields(std::string_view block, Wanted wanted) {
  std::string out;
  for (const mime::Field& field : mime::Fields(block)) {
    if (wanted(field.name)) out += block.substr(field.range.begin, field.range.size());
  }
  return out;
}

}  // namespace

Parsed::Parsed(std::string octets) : text(std::move(octets)), structure(mime::scan(text)) {}

Undo::Undo(const Parsed& before, const Parsed& after, const std::vector<std::string>& content_ids,
           std::string signature_text)
    : before_(before), after_(after), text_(std::move(signature_text)), separate_(signature::text_entity(text_)) {
  for (const auto& id : content_ids) {
    const bool old =
        std::ranges::any_of(before.structure.parts, [&](const Part& part) { return part.id == "<" + id + ">"; });
    if (!old) new_ids_.insert("<" + id + ">");
  }
}

bool Undo::is_own_container(std::uint32_t index) const {
  const Part& part = after_.structure.parts[index];
  if (!part.multipart() || !has_own_boundary(part)) return false;
  const auto* boundary = mail::find_parameter(part.parameters, "boundary");
  return before_.text.find(*boundary) == std::string::npos;
}

bool Undo::is_added(std::uint32_t index) const {
  const Part& part = after_.structure.parts[index];
  if (new_ids_.contains(part.id)) return true;
  if (is_own_container(index)) return part.subtype == "alternative";
  if (part.parent != mail::kNoPart && is_added(part.parent)) return true;
  const std::string octets(after_.of({part.header.begin, part.body.end}));
  return part.is("text", "plain") && octets == separate_ && before_.text.find(separate_) == std::string::npos;
}

void Undo::collect_kept(std::uint32_t part, std::vector<std::uint32_t>& kept) const {
  if (is_added(part)) return;
  if (!is_own_container(part)) {
    kept.push_back(part);
    return;
  }
  for (const auto child : after_.structure.parts[part].children) collect_kept(child, kept);
}

std::string Undo::check() {
  std::vector<std::uint32_t> roots;
  collect_kept(0, roots);
  if (roots.size() != 1) return fmt::format("{} parts remain of the message", roots.size());
  compare_top(roots.front());
  compare(0, roots.front());
  return complaint_;
}

void Undo::complain(std::string_view what, std::uint32_t before) {
  if (complaint_.empty()) complaint_ = fmt::format("{} of part {} is not what it was", what, before);
}

void Undo::compare(std::uint32_t before, std::uint32_t after) {
  const Part& was = before_.structure.parts[before];
  const Part& is = after_.structure.parts[after];
  if (was.type != is.type || was.subtype != is.subtype) return complain("the type", before);
  if (before != 0) compare_header(before, after);
  was.multipart() ? compare_multipart(before, after) : compare_leaf(before, after);
}

void Undo::compare_multipart(std::uint32_t before, std::uint32_t after) {
  const Part& was = before_.structure.parts[before];
  const Part& is = after_.structure.parts[after];
  std::vector<std::uint32_t> kept;
  for (const auto child : is.children) collect_kept(child, kept);
  if (kept.size() != was.children.size()) return complain("the number of parts", before);
  if (was.children.empty()) return compare_leaf(before, after);
  // Up to the first part: preamble and delimiter. After the last one: closing delimiter and epilogue.
  const auto first = [](const Parsed& message, const Part& part) {
    return message.of({part.body.begin, message.structure.parts[part.children.front()].header.begin});
  };
  if (first(before_, was) != first(after_, is)) complain("the preamble", before);
  const auto last = [](const Parsed& message, const Part& part) {
    auto tail = message.of({message.structure.parts[part.children.back()].body.end, part.body.end});
    if (tail.starts_with("\r\n")) tail.remove_prefix(2);
    return tail;
  };
  if (last(before_, was) != last(after_, is)) complain("the epilogue", before);
  for (std::size_t i = 0; i < kept.size(); ++i) compare(was.children[i], kept[i]);
}

void Undo::compare_leaf(std::uint32_t before, std::uint32_t after) {
  const Part& was = before_.structure.parts[before];
  if (before_.of(was.body) == after_.of(after_.structure.parts[after].body)) return;
  if (!was.leaf() || !signature::is_body_leaf(was)) return complain("the body", before);
  compare_text(before, after);
}

/// An edited leaf says the same in its own charset, and the signature.
void Undo::compare_text(std::uint32_t before, std::uint32_t after) {
  const Part& was = before_.structure.parts[before];
  const Part& is = after_.structure.parts[after];
  const signature::Leaf old(was, before_.of(was.body), before == 0 && !was.has_content_type);
  const signature::Leaf now(is, after_.of(is.body), false);
  if (!old.readable() || !now.readable()) return complain("the text, which cannot be read,", before);
  const auto [a, b] = std::ranges::mismatch(old.text(), now.text());
  const auto same = static_cast<std::size_t>(a - old.text().begin());
  auto rest = old.text().substr(same);
  if (was.subtype == "plain") {
    // Blanks that would join the author's last line to the next may go (format=flowed).
    rest.remove_prefix(std::min(rest.find_first_not_of(" \r\n"), rest.size()));
    const auto first_line = std::string_view(text_).substr(0, text_.find('\n'));
    const auto from = same - std::min(same, first_line.size());
    if (!now.text().ends_with(rest) || now.text().find(first_line, from) == std::string_view::npos)
      complain("the text", before);
    return;
  }
  const bool inserted = now.text().size() > old.text().size() && now.text().ends_with(rest);
  if (!inserted || now.text().find("<div class=\"paraph-signature\"") == std::string_view::npos)
    complain("the page", before);
}

void Undo::compare_header(std::uint32_t before, std::uint32_t after) {
  const auto was = before_.of(before_.structure.parts[before].header);
  const auto is = after_.of(after_.structure.parts[after].header);
  if (was == is) return;
  const auto others = [](std::string_view name) { return !may_change(name); };
  const bool edited = signature::is_body_leaf(before_.structure.parts[before]);
  if (!edited || fields(was, others) != fields(is, others)) complain("the header", before);
}

/// The top header, and the header of the part that holds what was the whole message.
void Undo::compare_top(std::uint32_t after) {
  const auto was = before_.of(before_.structure.root().header);
  const auto top = after_.of(after_.structure.root().header);
  const auto inner = after_.of(after_.structure.parts[after].header);
  const auto is_content = [](std::string_view name) { return istarts_with(name, "content-"); };
  const auto kept_content = [&](std::string_view name) { return is_content(name) && !may_change(name); };
  const auto kept_other = [&](std::string_view name) { return !is_content(name); };
  const std::string others = fields(was, kept_other);
  const std::string now = fields(top, kept_other);
  if (!now.starts_with(others)) complain("a field", 0);
  for (const mime::Field& field : mime::Fields(std::string_view(now).substr(std::min(others.size(), now.size())))) {
    if (!iequals(field.name, "mime-version") && !iequals(field.name, "message-context")) complain("an added field", 0);
  }
  const std::string content = fields(inner, kept_content);
  const std::string old_content = fields(was, kept_content);
  if (!content.starts_with(old_content)) complain("a content field", 0);
  const auto added = std::string_view(content).substr(std::min(old_content.size(), content.size()));
  if (!added.empty() && added != "Content-Disposition: inline; voice=Voice-Message; handling=required\r\n")
    complain("an added content field", 0);
  const bool edited = signature::is_body_leaf(before_.structure.root()) && before_.structure.root().leaf();
  if (!edited && fields(was, may_change) != fields(inner, may_change)) complain("a type field", 0);
}

}  // namespace paraph::corpus
