#include "signature/build.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "mime/header.h"
#include "signature/entities.h"
#include "signature/splices.h"

namespace paraph::signature {
namespace {

using mail::Part;
using mail::Rope;

/// The top header block in two: what stays on top, and the Content- fields that move down with the entity (spec 2.2
/// WRAP).
struct TopHeader {
  std::string others;
  std::string content;
  bool mime_version = false;
  bool message_context = false;
  std::string duration;  ///< the Content-Duration field, whole
};

TopHeader split_header(std::string_view block) {
  TopHeader top;
  std::uint64_t at = 0;
  for (const mime::Field& field : mime::Fields(block)) {
    if (field.range.begin > at) top.others += block.substr(at, field.range.begin - at);
    at = field.range.end;
    const auto octets = block.substr(field.range.begin, field.range.size());
    if (iequals(field.name, "mime-version")) top.mime_version = true;
    if (iequals(field.name, "message-context")) top.message_context = true;
    if (iequals(field.name, "content-duration")) top.duration = octets;
    (istarts_with(field.name, "content-") ? top.content : top.others) += octets;
  }
  return top;
}

/// Carries a plan out.
class Builder {
 public:
  Builder(const Reading& reading, const Plan& plan, const Content& content, Names& names)
      : reading_(reading), parts_(reading.message.structure.parts), plan_(plan), content_(content), names_(names) {}

  /// nullopt when the rope cannot be cut where the plan needs it.
  std::optional<Built> run() {
    const bool root_is_leaf = parts_.front().leaf();
    edit_root_header();
    if (plan_.insert_body && !plan_.wrap) insert_body();
    edit_leaf(reading_.body.plain, plan_.plain, false);
    edit_leaf(reading_.body.html, plan_.html, plan_.image == ImagePlace::Leaf && !root_is_leaf);
    if (plan_.separate && in_mixed()) insert_separate_text();
    if (plan_.image == ImagePlace::Related) append_image(plan_.related_at, reading_.body.related.value_or(0));
    if (plan_.voice_container) append_voice(plan_.voice_at, *plan_.voice_container);
    if (!plan_.wrap) append_parts();
    close_root();
    auto rope = splices_.apply(reading_.message.rope);
    if (!rope) return std::nullopt;
    return Built{.rope = *std::move(rope), .changes = splices_.changes()};
  }

 private:
  const Part& root() const { return parts_.front(); }
  bool in_mixed() const { return root().is("multipart", "mixed"); }
  /// The HTML leaf is the whole message, and gets a related around it.
  bool wraps_related() const { return plan_.image == ImagePlace::Leaf && root().leaf(); }

  std::string_view boundary_of(std::uint32_t part) const {
    const auto* boundary = mail::find_parameter(parts_[part].parameters, "boundary");
    return boundary == nullptr ? std::string_view() : *boundary;
  }

  Rope body() const {
    std::optional<NewImage> image;
    if (plan_.image == ImagePlace::Body) image = NewImage{&*content_.image, plan_.image_id};
    const std::string alternative = names_.next_boundary();
    return body_entity(content_.text, plan_.div, image, alternative, names_.next_boundary());
  }

  /// An edit of the root's own header fields: of a root that is a leaf, and of one without any label (spec 2.4 M).
  LeafEdit root_edit() const {
    if (!root().leaf()) return {};
    if (plan_.plain && reading_.body.plain == 0u) return *plan_.plain;
    if (plan_.html && reading_.body.html == 0u) return *plan_.html;
    const auto leaf = reading_.leaves.find(0);
    if (root().has_content_type || reading_.body.plain != 0u) return {};
    if (leaf != reading_.leaves.end() && leaf->second.readable()) return {.charset = leaf->second.charset()};
    LeafEdit edit{.charset = "unknown-8bit"};
    if (root().encoding_name.empty()) edit.encoding = "8bit";
    return edit;
  }

  /// Fields that the message's own recording gets as a child (spec 2.4 A).
  std::string recording_fields() const {
    if (root().type != "audio" || !root().disposition.empty()) return {};
    return "Content-Disposition: inline; voice=Voice-Message; handling=required\r\n";
  }

  void edit_root_header() {
    const auto block = *reading_.view.octets(root().header);
    const LeafEdit edit = root_edit();
    const bool moves = plan_.wrap || wraps_related();
    if (!moves && !changes_fields(root(), edit)) return;
    TopHeader top = split_header(block);
    std::string out;
    if (!moves) {
      std::string fields(block.substr(0, block.size() - 2));
      if (!top.mime_version) fields += "MIME-Version: 1.0\r\n";
      out = with_edited_fields(fields, root(), edit) + "\r\n";
      return replace(root().header, std::move(out));
    }
    out = top.others;
    if (!top.mime_version) out += "MIME-Version: 1.0\r\n";
    if (plan_.wrap && root().type == "audio") {
      if (!top.message_context) out += "Message-Context: voice-message\r\n";
      out += top.duration;
    }
    Rope rope;
    rope.append(out);
    open_root(rope);
    rope.append(with_edited_fields(top.content, root(), edit));
    if (plan_.wrap) rope.append(recording_fields());
    rope.append("\r\n");
    splices_.replace(root().header, std::move(rope));
  }

  /// The containers that go around the root, down to its own header.
  void open_root(Rope& rope) {
    if (plan_.wrap) {
      mixed_ = names_.next_boundary();
      rope.append(open_container(plan_.container, mixed_));
      if (plan_.insert_body && !plan_.body_after) {
        append_rope(rope, body());
        rope.append(fmt::format("\r\n--{}\r\n", mixed_));
      }
    }
    if (wraps_related()) {
      related_ = names_.next_boundary();
      rope.append(open_container("related", related_, "text/html"));
    }
  }

  void close_root() {
    Rope rope;
    if (!related_.empty()) {
      add_part(rope, related_, image_entity(*content_.image, plan_.image_id));
      rope.append(fmt::format("\r\n--{}--{}", related_, mixed_.empty() ? "\r\n" : ""));
    }
    if (!mixed_.empty()) {
      if (plan_.body_after) add_part(rope, mixed_, body());
      if (plan_.separate && !in_mixed()) add_part(rope, mixed_, text_entity(content_.text));
      if (plan_.image == ImagePlace::Mixed) add_part(rope, mixed_, image_entity(*content_.image, plan_.image_id));
      if (plan_.voice != nullptr && !plan_.voice_container) add_part(rope, mixed_, voice());
      rope.append(fmt::format("\r\n--{}--\r\n", mixed_));
    }
    if (!rope.segments.empty()) splices_.insert(reading_.message.structure.size, std::move(rope));
  }

  Rope voice(Rope before = {}) const {
    return voice_entity(*plan_.voice, plan_.voice_id, content_.language, std::move(before));
  }

  static void add_part(Rope& rope, std::string_view boundary, const Rope& entity) {
    rope.append(fmt::format("\r\n--{}\r\n", boundary));
    append_rope(rope, entity);
  }
  static void add_part(Rope& rope, std::string_view boundary, std::string_view entity) {
    Rope part;
    part.append(entity);
    add_part(rope, boundary, part);
  }

  void replace(mail::Range range, std::string octets) {
    Rope rope;
    rope.append(octets);
    splices_.replace(range, std::move(rope));
  }

  /// A leaf that is not the root (the root's header is done already): header, body, and a related around it.
  void edit_leaf(std::optional<std::uint32_t> index, const std::optional<LeafEdit>& edit, bool with_image) {
    if (!index || (!edit && !with_image)) return;
    const Part& part = parts_[*index];
    std::string related;
    if (with_image) {
      related = names_.next_boundary();
      splices_.insert(part.header.begin, open_container("related", related, "text/html"));
    }
    if (edit && *index != 0 && changes_fields(part, *edit)) {
      const auto block = reading_.view.octets(part.header).value_or("\r\n");
      replace(part.header, with_edited_fields(block.substr(0, block.size() - 2), part, *edit) + "\r\n");
    }
    if (edit) replace({part.body.begin + edit->range.begin, part.body.begin + edit->range.end}, edit->octets);
    if (with_image) {
      Rope rope;
      add_part(rope, related, image_entity(*content_.image, plan_.image_id));
      rope.append(fmt::format("\r\n--{}--", related));
      splices_.insert(part.body.end, std::move(rope));
    }
    if (*index != 0 && part.body.size() == 0 && lacks_line_end(part.body.end)) splices_.insert(part.body.end, "\r\n");
  }

  /// An empty body at the end of a part whose header's empty line serves as the next delimiter's CRLF: what is put
  /// there takes that CRLF from the delimiter.
  bool lacks_line_end(std::uint64_t body_end) const {
    if (body_end == reading_.message.structure.size) return false;
    const auto next = reading_.view.octets({body_end, body_end + 2});
    return !next || *next != "\r\n";
  }

  /// BODY as the first child of the top-level mixed.
  void insert_body() {
    Rope rope = body();
    rope.append(fmt::format("\r\n--{}\r\n", boundary_of(0)));
    splices_.insert(parts_[root().children.front()].header.begin, std::move(rope));
  }

  void insert_separate_text() {
    const auto body = reading_.body.html ? *reading_.body.html : *reading_.body.plain;
    Rope rope;
    add_part(rope, boundary_of(0), text_entity(content_.text));
    const std::uint64_t at = parts_[top_child_of(reading_.message.structure, body)].body.end;
    if (lacks_line_end(at)) rope.append("\r\n");
    splices_.insert(at, std::move(rope));
  }

  /// The delimiter line with which a new part of `container` begins.
  Rope begin_part(std::uint32_t container) const {
    Rope rope;
    rope.segments.reserve(3);  // the fields, the blob, a line end
    auto& octets = rope.segments.emplace_back().octets;
    octets.reserve(512);  // with the fields that follow
    octets.append("--").append(boundary_of(container)).append("\r\n");
    return rope;
  }

  /// APPEND: a part with its delimiter line, before the delimiter line at `at`.
  void append_part(std::uint64_t at, Rope part) {
    part.append("\r\n");
    splices_.insert(at, std::move(part));
  }

  void append_image(std::uint64_t at, std::uint32_t container) {
    append_part(at, image_entity(*content_.image, plan_.image_id, begin_part(container)));
  }
  void append_voice(std::uint64_t at, std::uint32_t container) { append_part(at, voice(begin_part(container))); }

  void append_parts() {
    if (plan_.image == ImagePlace::Mixed) append_image(plan_.append_at, 0);
    if (plan_.voice != nullptr && !plan_.voice_container) append_voice(plan_.append_at, 0);
  }

  const Reading& reading_;
  const std::vector<Part>& parts_;
  const Plan& plan_;
  const Content& content_;
  Names& names_;
  Splices splices_;
  std::string mixed_;    ///< boundary of the new top-level mixed
  std::string related_;  ///< boundary of the related around a root leaf
};

}  // namespace

std::optional<Built> build(const Reading& reading, const Plan& plan, const Content& content, Names& names) {
  return Builder(reading, plan, content, names).run();
}

}  // namespace paraph::signature
