#include "signature/attach.h"

#include <algorithm>
#include <utility>

#include "signature/build.h"
#include "signature/content.h"
#include "signature/gate.h"
#include "signature/html_view.h"
#include "signature/names.h"
#include "signature/plan.h"
#include "signature/text_leaf.h"
#include "signature/view.h"

namespace paraph::signature {
namespace {

Attached left_alone(const Message& message, How how, std::string reason, bool refused = false) {
  return {.rope = message.rope, .report = {.how = how, .reason = std::move(reason), .refused = refused}, .changes = {}};
}

/// What the policy lets a message have.
Kinds allowed_kinds(const Policy& policy, bool reply) {
  Kinds kinds{.text = policy.text, .html = policy.html, .image = policy.image, .voice = policy.voice};
  if (reply && policy.on_reply != OnReply::Full) kinds.image = kinds.voice = false;
  if (reply && policy.on_reply == OnReply::None) kinds.text = kinds.html = false;
  return kinds;
}

/// Does the signature have something that is not allowed?
bool forbids_some(const Kinds& kinds, const mail::Signature& signature) {
  const Content whole = content_of(signature, {});
  return (!kinds.text && !whole.text.empty()) || (!kinds.html && !whole.html.empty()) ||
         (!kinds.image && whole.image) || (!kinds.voice && !whole.voice.empty());
}

/// In the text, whatever octets stand for it; of a page, in the lines that it shows.
bool shows_pgp_block(const Leaf& leaf) {
  if (leaf.text().find("-----BEGIN PGP ") == std::string_view::npos) return false;
  return has_pgp_block(leaf.text()) || (leaf.part().subtype == "html" && has_pgp_block(html_lines(leaf.text())));
}

/// Spec 2.4 I3, and Q for the leaves to edit.
std::string locked_reason(const Reading& reading) {
  const auto& parts = reading.message.structure.parts;
  for (const auto& [index, leaf] : reading.leaves) {
    if (shows_pgp_block(leaf)) return "pgp-inline";
  }
  for (const auto& index : {reading.body.plain, reading.body.html}) {
    if (index && mail::has(parts[*index].defects, mail::Defect::BadBase64)) return "malformed";
  }
  if (parts.front().is("multipart", "mixed") && parts.front().children.empty()) return "malformed";
  return {};
}

/// Nothing of a signature is there or could be added, and what the client made of the message is why: not the lengths,
/// not the formats that there are of the voice.
bool escapes(const Report& report, const Reading& reading) {
  return report.kinds() == "none" && reading.media.empty() && report.reason != "size" && report.reason != "codec";
}

std::uint64_t growth_max(const Policy& policy) { return std::min(policy.growth_bytes_max, kHardLimits.growth_bytes); }

/// Voice first, then image, then HTML (spec 2.8). False when nothing is left to leave out.
bool leave_out_next(Kinds& kinds) {
  for (bool* kind : {&kinds.voice, &kinds.image, &kinds.html, &kinds.text}) {
    if (!*kind) continue;
    *kind = false;
    return kinds.any();
  }
  return false;
}

}  // namespace

std::string_view name_of(How how) {
  switch (how) {
    case How::Edit:
      return "edit";
    case How::Append:
      return "append";
    case How::Wrap:
      return "wrap";
    case How::Present:
      return "present";
    case How::Header:
      return "header";
    case How::Untouched:
      return "untouched";
  }
  return "untouched";
}

std::string Report::kinds() const {
  std::string out;
  const auto add = [&](bool has, std::string_view name) {
    if (!has) return;
    if (!out.empty()) out += ':';
    out += name;
  };
  add(text, "text");
  add(html, "html");
  add(image, "image");
  add(voice, "voice");
  return out.empty() ? "none" : out;
}

Attached attach(const Message& message, const Submission& submission, const mail::Signature& signature,
                const std::vector<mail::PastRevision>& past, const Policy& policy) {
  const View view(message);
  const auto header = view.octets(message.structure.root().header);
  if (!header || !header->ends_with("\r\n")) return left_alone(message, How::Header, "malformed", policy.mandatory);
  const TopFields top = read_top_fields(*header);
  if (auto gate = check_gate(message.structure, top, submission, policy))
    return left_alone(message, gate->how, gate->reason, gate->refused);
  if (signature.empty()) return left_alone(message, How::Header, "nosig");
  const Reading reading = read_message(message, view, policy, signature, past);
  if (auto reason = locked_reason(reading); !reason.empty())
    return left_alone(message, How::Header, std::move(reason), policy.mandatory);

  Kinds kinds = allowed_kinds(policy, top.reply);
  const bool forbidden = kinds != Kinds{} && forbids_some(kinds, signature);
  bool too_large = false;
  do {
    Content content = content_of(signature, kinds);
    if (leave_out_too_large(content, policy.limits)) too_large = true;
    if (content.empty()) break;
    if (growth_bytes(content) > growth_max(policy)) {
      too_large = true;
      continue;
    }
    Names names(submission, signature, view);
    Plan plan = make_plan(reading, content, past, names, growth_max(policy) - growth_bytes(content));
    if (too_large) plan.report.reason = "size";
    if (forbidden && plan.report.reason.empty()) plan.report.reason = "policy";
    plan.report.refused = policy.mandatory && escapes(plan.report, reading);
    if (!plan.changes()) return {.rope = message.rope, .report = std::move(plan.report), .changes = {}};
    auto built = build(reading, plan, content, names);
    if (!built) return left_alone(message, How::Header, "malformed", policy.mandatory);
    if (built->rope.wire_bytes() <= policy.message_bytes_max)
      return {.rope = std::move(built->rope), .report = std::move(plan.report), .changes = std::move(built->changes)};
    too_large = true;
  } while (leave_out_next(kinds));
  return left_alone(message, How::Header, too_large ? "size" : "policy");
}

}  // namespace paraph::signature
