#include "signature/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "signature/html_view.h"
#include "signature/make.h"
#include "signature/text_leaf.h"

namespace paraph::signature {
namespace {

using mail::Part;
constexpr std::string_view kAdpcm = "audio/32kadpcm";
constexpr std::string_view kVoiceProfile = "voice-message; version=2.0";

/// Decides kind by kind; each step writes its part of the plan.
class Planner {
 public:
  Planner(const Reading& reading, const Content& content, const std::vector<mail::PastRevision>& past,
          const Names& names, std::uint64_t leaf_growth_max)
      : reading_(reading),
        parts_(reading.message.structure.parts),
        content_(content),
        past_(past),
        names_(names),
        leaf_growth_max_(leaf_growth_max) {}

  Plan run() {
    look_for_places();
    look_for_restrictions();
    look_for_what_is_there();
    plan_voice();
    plan_image();
    plan_texts();
    finish();
    return std::move(plan_);
  }

 private:
  const Part& root() const { return parts_.front(); }
  bool in_mixed() const { return root().is("multipart", "mixed"); }
  const Leaf* leaf(std::optional<std::uint32_t> part) const {
    const auto found = part ? reading_.leaves.find(*part) : reading_.leaves.end();
    return found == reading_.leaves.end() ? nullptr : &found->second;
  }

  /// The first reason is the one that is told.
  void leave_out(std::string_view reason) {
    if (plan_.report.reason.empty()) plan_.report.reason = reason;
  }

  /// May parts be added at the top level, by APPEND or by WRAP?
  void look_for_places() {
    for (const auto index : reading_.own) {
      const bool mine = std::ranges::any_of(reading_.media, [&](const auto& media) { return media.part == index; });
      if (parts_[index].type == "audio" && !mine && !first_audio_) first_audio_ = index;
    }
    if (in_mixed()) {
      const auto at = closing_delimiter(reading_.message, reading_.view, 0);
      if (at) plan_.append_at = *at;
      // A message with audio is never put one level deeper: readers look at direct children only (spec 1.4).
      can_add_ = at || !first_audio_;
      must_wrap_ = !at;
    } else {
      can_add_ = must_wrap_ = true;
    }
    // mixed[ text, message/rfc822 ]: the text alone is edited (case L).
    const bool forwards =
        in_mixed() && std::ranges::any_of(root().children, [&](auto child) { return parts_[child].message(); });
    text_only_ = forwards && !first_audio_ && reading_.body.any();
  }

  /// Voice profile messages and invitations take less than other messages do (spec 2.4 J, K; 2.8).
  void look_for_restrictions() {
    const auto& structure = reading_.message.structure;
    any_container_ = has_voice_container(structure, reading_.own);
    container_ = find_voice_container(structure, reading_.own);
    const bool to_profile = reading_.policy.recipients == Recipients::Vpim && root().type == "audio" &&
                            same_media_type(media_type(root()), kAdpcm);
    if (to_profile) plan_.container = kVoiceProfile;
    voice_only_ = to_profile || (container_ && container_->part == 0);
    calendar_ = std::ranges::any_of(reading_.own, [&](auto index) { return is_calendar(parts_[index]); });
    fragment_ = content_.html;
    if (!calendar_) return;
    fragment_ = without_image(fragment_, kImageSource);
    if (html_lines(fragment_).empty()) fragment_.clear();
  }

  /// Spec 2.7 (2), (3).
  void look_for_what_is_there() {
    for (const auto& media : reading_.media) {
      const bool voice = parts_[media.part].type == "audio" ||
                         std::ranges::any_of(content_.voice, [&](const auto& each) { return each.blob == media.blob; });
      (voice ? voice_there_ : image_there_) = true;
      if (media.carries == Carries::Current) report_present(media, voice);
      if (media.carries == Carries::Older) leave_out("exists");
    }
    for (const auto& [index, each] : reading_.leaves) {
      if (each.part().subtype == "plain") {
        if (content_.text.empty()) continue;
        const TextBlock block = find_text_block(each, content_.text, past_);
        text_there_ |= block.carries == Carries::Current;
        if (index == reading_.body.plain) plain_block_ = block;
      } else {
        html_there_ |=
            !fragment_.empty() && find_html_block(each, fragment_, present_picture_, past_).carries == Carries::Current;
      }
    }
    plan_.report.text = text_there_;
    plan_.report.html = html_there_;
    plan_.report.html_as_written = !html_there_ || !plan_.report.html_hash.empty();
  }

  void report_present(const FoundMedia& media, bool voice) {
    const std::string_view id = parts_[media.part].id;
    const auto bare = id.starts_with('<') && id.ends_with('>') ? id.substr(1, id.size() - 2) : id;
    if (!bare.empty()) plan_.report.content_ids.emplace_back(bare);
    (voice ? plan_.report.voice : plan_.report.image) = true;
    (voice ? plan_.report.voice_blob : plan_.report.image_blob) = media.blob;
    // Written into HTML: only what cannot end the attribute.
    const bool plain = is_ascii(bare) && bare.find_first_of("\"&<> \r\n") == std::string_view::npos;
    if (!voice && plain && !bare.empty()) present_picture_ = "cid:" + std::string(bare);
  }

  void plan_voice() {
    if (content_.voice.empty() || voice_there_) return;
    if (calendar_) return leave_out("calendar");
    if (any_container_) return plan_voice_inside();
    if (!may_follow_audio() || text_only_) return leave_out("policy");
    if (!can_add_) return leave_out("malformed");
    choose(first_audio_ ? media_type(parts_[*first_audio_]) : "", voice_only_);
  }

  void choose(std::string_view primary, bool inside_voice_message) {
    plan_.voice = choose_voice(content_, primary, inside_voice_message, reading_.policy);
    if (plan_.voice == nullptr) return leave_out("codec");
    plan_.voice_id = names_.content_id("voice");
  }

  /// Case J, J2: right after the last direct audio of the multipart/voice-message, or nowhere.
  void plan_voice_inside() {
    if (!container_) return leave_out("policy");
    if (container_->spoken_name) return leave_out("exists");
    if (!container_->last_audio) return leave_out("vpim");
    const auto at = delimiter_after(reading_.message, reading_.view, container_->part, *container_->last_audio);
    if (!at) return leave_out("malformed");
    choose(media_type(parts_[*container_->first_audio]), true);
    if (plan_.voice == nullptr) return;
    plan_.voice_container = container_->part;
    plan_.voice_at = *at;
  }

  /// The first audio that a reader of direct children meets must be the message's own (spec 1.4, 2.4 G).
  bool may_follow_audio() const {
    if (!first_audio_ || *first_audio_ == 0) return true;
    return in_mixed() && parts_[*first_audio_].parent == 0;
  }

  static std::string media_type(const Part& part) { return part.type + "/" + part.subtype; }

  /// Where the HTML goes in its leaf; looked for once.
  const std::optional<HtmlPoint>& html_point() {
    const auto* html = leaf(reading_.body.html);
    if (!html_point_ && html != nullptr && html->readable())
      html_point_ = find_html_point(html->text(), reading_.policy.html_before_quote);
    if (!html_point_) html_point_.emplace(std::nullopt);
    return *html_point_;
  }

  void plan_image() {
    if (!content_.image || image_there_) return;
    if (calendar_) return leave_out("calendar");
    if (voice_only_) return leave_out("vpim");
    if (text_only_) return leave_out("policy");
    const auto& body = reading_.body;
    if (!body.any()) {
      if (!can_insert_body()) return leave_out("malformed");
      plan_.image = ImagePlace::Body;
    } else if (body.html && !html_point()) {
      return leave_out("separate");
    } else if (body.html && body.related) {
      const auto at = closing_delimiter(reading_.message, reading_.view, *body.related);
      if (!at) return leave_out("malformed");
      plan_.related_at = *at;
      plan_.image = ImagePlace::Related;
    } else if (body.html) {
      plan_.image = ImagePlace::Leaf;
    } else {
      if (!can_add_) return leave_out("malformed");
      plan_.image = ImagePlace::Mixed;
    }
    plan_.image_id = names_.content_id("image");
  }

  bool can_insert_body() const { return !in_mixed() || !root().children.empty(); }

  /// What an <img> of the signature's HTML refers to.
  std::string picture() const {
    if (calendar_) return {};
    if (plan_.image != ImagePlace::None && plan_.image != ImagePlace::Mixed) return "cid:" + plan_.image_id;
    return present_picture_;
  }

  std::vector<std::string> delimiters(std::uint32_t part) const {
    std::vector<std::string> out;
    for (auto at = parts_[part].parent; at != mail::kNoPart; at = parts_[at].parent) {
      if (const auto* boundary = mail::find_parameter(parts_[at].parameters, "boundary"))
        out.push_back("--" + *boundary);
    }
    return out;
  }

  /// A leaf whose new encoding would grow past the limit is locked, like one that cannot be read. What it holds of the
  /// signature is counted already.
  std::optional<LeafEdit> within_growth(std::optional<LeafEdit> edit) const {
    const std::uint64_t own = 3 * (content_.text.size() + content_.html.size()) + 600;
    if (edit && edit->octets.size() > edit->range.size() + own + leaf_growth_max_) return std::nullopt;
    return edit;
  }

  void plan_texts() {
    if (voice_only_) {
      if (!content_.text.empty() || !content_.html.empty()) leave_out("vpim");
      return;
    }
    if (!reading_.body.any()) return calendar_ ? leave_out("calendar") : plan_body();
    if (!content_.text.empty() && !text_there_) plan_plain();
    plan_html();
    const bool reached = text_there_ || html_there_ || plan_.plain || plan_.html;
    if (reached || !left_locked_ || content_.text.empty()) return;
    // Every leaf is locked: the text follows as a part of its own (spec 2.4 W).
    if (text_only_ || calendar_) return;
    plan_.separate = true;
    plan_.report.text = true;
  }

  void plan_body() {
    const std::string shown = picture();
    const bool has_html = !content_.html.empty() || plan_.image == ImagePlace::Body;
    if (text_there_ || html_there_) {  // in a part that is no body, such as the text of a multimedia message
      plan_.image = ImagePlace::None;
      return;
    }
    if (content_.text.empty() && !has_html) return;
    if (!can_insert_body()) return leave_out("malformed");
    plan_.insert_body = true;
    plan_.body_after = root().is("multipart", "signed");
    if (has_html) plan_.div = signature_div(content_.html, shown);
    if (has_html) plan_.report.html_hash = hash_of_div(plan_.div);
    plan_.report.text = !content_.text.empty();
    plan_.report.html = !content_.html.empty();
  }

  void plan_plain() {
    const auto* plain = leaf(reading_.body.plain);
    if (!reading_.body.plain) return;
    if (plain != nullptr) {
      plan_.plain = within_growth(
          edit_text(*plain, content_.text, plain_block_, reading_.policy, delimiters(*reading_.body.plain)));
    }
    plan_.report.text = plan_.plain.has_value();
    if (!plan_.plain) left_locked_ = true;
  }

  void plan_html() {
    if (!reading_.body.html) return;
    const bool new_image = plan_.image == ImagePlace::Related || plan_.image == ImagePlace::Leaf;
    const bool wanted = !fragment_.empty() && !html_there_;
    if (!wanted && !new_image) return;
    const auto* html = leaf(reading_.body.html);
    if (html != nullptr) {
      const std::string_view fragment = wanted ? std::string_view(fragment_) : std::string_view();
      const auto block = wanted ? find_html_block(*html, fragment, present_picture_, past_) : HtmlBlock{};
      const std::string div = signature_div(fragment, picture());
      plan_.html = within_growth(edit_html(*html, div, block, html_point(), delimiters(*reading_.body.html)));
      if (plan_.html && wanted) plan_.report.html_hash = hash_of_div(div);
    }
    if (plan_.html) {
      plan_.report.html |= wanted;
      return;
    }
    left_locked_ = true;
    if (new_image) plan_.image = ImagePlace::None;
  }

  void finish() {
    if (left_locked_) leave_out("separate");
    const bool outside = plan_.voice != nullptr && !plan_.voice_container;
    const bool adds = outside || plan_.image == ImagePlace::Mixed;
    const bool inserts = (plan_.insert_body || plan_.separate) && !in_mixed();
    plan_.wrap = (adds && must_wrap_) || inserts;
    report_how();
  }

  std::size_t count_parts() const {
    std::size_t parts = 0;
    if (plan_.wrap) ++parts;
    if (plan_.insert_body) parts += 1 + (content_.text.empty() ? 0 : 1) + (plan_.div.empty() ? 0 : 1);
    if (plan_.image != ImagePlace::None) ++parts;
    if (plan_.image == ImagePlace::Body || plan_.image == ImagePlace::Leaf) ++parts;  // and a related around it
    if (plan_.separate) ++parts;
    if (plan_.voice != nullptr) ++parts;
    return parts;
  }

  void report_how() {
    Report& report = plan_.report;
    report.content_ids.reserve(report.content_ids.size() + 2);
    report.media.reserve(2);
    if (plan_.image != ImagePlace::None) {
      report.image = true;
      report.image_blob = content_.image->blob;
      report.media.push_back(content_.image->blob);
      report.content_ids.push_back(plan_.image_id);
    }
    if (plan_.voice != nullptr) {
      report.voice = true;
      report.voice_blob = plan_.voice->blob;
      report.media.push_back(plan_.voice->blob);
      report.content_ids.push_back(plan_.voice_id);
    }
    report.parts_added = count_parts();
    const bool adds = plan_.voice != nullptr || plan_.image == ImagePlace::Mixed || plan_.insert_body || plan_.separate;
    if (!plan_.changes()) {
      const bool present = report.text || report.html || report.image || report.voice;
      report.how = present ? How::Present : How::Header;
      if (!present && report.reason.empty()) report.reason = "policy";
    } else {
      report.how = plan_.wrap ? How::Wrap : adds ? How::Append : How::Edit;
    }
  }

  const Reading& reading_;
  const std::vector<Part>& parts_;
  const Content& content_;
  const std::vector<mail::PastRevision>& past_;
  const Names& names_;
  std::uint64_t leaf_growth_max_;
  Plan plan_;
  std::optional<std::uint32_t> first_audio_;  ///< the message's own, in document order
  std::string present_picture_;               ///< "cid:..." of the signature's picture that is there already
  bool can_add_ = false, must_wrap_ = false, text_only_ = false;
  std::optional<std::optional<HtmlPoint>> html_point_;
  TextBlock plain_block_;  ///< what the plain leaf of the body holds of the signature already
  std::string fragment_;   ///< the HTML that a leaf is to show
  std::optional<VoiceContainer> container_;
  bool any_container_ = false;  ///< a multipart/voice-message, wherever it is
  bool voice_only_ = false;     ///< nothing but a voice may be added
  bool calendar_ = false;       ///< an invitation: its texts alone are edited
  bool text_there_ = false, html_there_ = false, image_there_ = false, voice_there_ = false;
  bool left_locked_ = false;
};

}  // namespace

Reading read_message(const Message& message, const View& view, const Policy& policy, const mail::Signature& signature,
                     const std::vector<mail::PastRevision>& past) {
  Reading reading{.message = message, .view = view, .policy = policy};
  const auto& parts = message.structure.parts;
  reading.own = own_parts(message.structure);
  reading.body = find_body(message.structure);
  for (const auto index : reading.own) {
    if (!parts[index].leaf() || !is_body_leaf(parts[index]) || parts[index].body.size() > policy.leaf_bytes_max)
      continue;
    if (mail::has(parts[index].defects, kNotLines)) continue;  // binary, and not in lines that end in CRLF (spec 2.4 O)
    const auto wire = view.octets(parts[index].body);
    const bool unlabelled = index == 0 && !parts[index].has_content_type;
    if (wire) reading.leaves.emplace(index, Leaf(parts[index], *wire, unlabelled));
  }
  reading.media = find_media(message, view, reading.own, signature, past);
  return reading;
}

Plan make_plan(const Reading& reading, const Content& content, const std::vector<mail::PastRevision>& past,
               const Names& names, std::uint64_t leaf_growth_max) {
  return Planner(reading, content, past, names, leaf_growth_max).run();
}

}  // namespace paraph::signature
