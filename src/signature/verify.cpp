#include "signature/verify.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "crypto/sha256.h"
#include "mime/header.h"
#include "signature/body.h"
#include "signature/canonical.h"
#include "signature/found.h"
#include "signature/gate.h"
#include "signature/html_leaf.h"
#include "signature/html_view.h"
#include "signature/leaf.h"
#include "signature/text_leaf.h"
#include "signature/view.h"

namespace paraph::signature {
namespace {

using mail::Part;

constexpr std::array<std::string_view, 4> kKinds{"text", "html", "image", "voice"};
constexpr std::size_t kCandidatesMax = 8;
constexpr std::uint64_t kLeafBytesMax = 1024 * 1024;
constexpr std::uint64_t kMediaBytesMax = 1024 * 1024;  // on the wire: twice a variant's hard limit

/// Something that may be one kind's content.
struct Candidate {
  std::string hash;
  std::optional<std::uint32_t> part;  ///< of media
};

bool is_text_leaf(const Part& part) { return part.leaf() && is_body_leaf(part) && part.body.size() <= kLeafBytesMax; }

/// m= names known kinds, each once and in order.
bool has_known_kinds(const ParaphSignature& field) {
  auto at = kKinds.begin();
  return !field.kinds.empty() && std::ranges::all_of(field.kinds, [&](const std::string& kind) {
    at = std::find(at, kKinds.end(), kind);
    return at != kKinds.end() && (++at, true);
  });
}

bool has_kind(const ParaphSignature& field, std::string_view kind) {
  return std::ranges::find(field.kinds, kind) != field.kinds.end();
}

/// The parts that p= names. nullopt: one of them is missing, or there twice.
std::optional<std::vector<std::uint32_t>> named_parts(const mail::Structure& structure,
                                                      const std::vector<std::uint32_t>& own,
                                                      const ParaphSignature& field) {
  std::vector<std::uint32_t> named;
  if (field.content_ids.size() > kCandidatesMax) return std::nullopt;
  for (const auto& id : field.content_ids) {
    const std::string bracketed = "<" + id + ">";
    std::optional<std::uint32_t> found;
    for (const auto index : own) {
      if (structure.parts[index].id != bracketed) continue;
      if (found || !structure.parts[index].leaf()) return std::nullopt;
      found = index;
    }
    if (!found || std::ranges::find(named, *found) != named.end()) return std::nullopt;
    named.push_back(*found);
  }
  return named;
}

/// Leaves that may be a picture or voice that the client brought without a Content-ID.
std::vector<std::uint32_t> nameless_parts(const mail::Structure& structure, const std::vector<std::uint32_t>& own) {
  std::vector<std::uint32_t> parts;
  for (const auto index : own) {
    const Part& part = structure.parts[index];
    const bool media = part.type == "image" || part.type == "audio" || part.type == "application";
    if (part.leaf() && media && part.id.empty() && part.body.size() <= kMediaBytesMax) parts.push_back(index);
    if (parts.size() == kCandidatesMax) break;
  }
  return parts;
}

/// Finds candidates for each kind, and tries them together: bh= tells only whether all of them fit.
class Checker {
 public:
  Checker(const Message& message, const ParaphSignature& field)
      : message_(message), field_(field), view_(message), own_(own_parts(message.structure)) {}

  bool run() {
    if (!has_known_kinds(field_) || field_.content_hash.size() != sizeof(BlobId::digest)) return false;
    const auto named = named_parts(message_.structure, own_, field_);
    if (!named) return false;
    named_ = *named;
    find_texts();
    find_media();
    return try_kind(0, {}, {});
  }

 private:
  void find_texts() {
    for (const auto index : own_) {
      const Part& part = message_.structure.parts[index];
      if (!is_text_leaf(part)) continue;
      const auto wire = view_.octets(part.body);
      if (!wire) continue;
      const Leaf leaf(part, *wire, index == 0 && !part.has_content_type);
      if (!leaf.readable()) continue;
      part.subtype == "plain" ? find_blocks(leaf) : find_divs(leaf);
    }
  }

  void find_blocks(const Leaf& leaf) {
    for (const auto& block : text_blocks(leaf)) add(text_, canonical_block(leaf, block), std::nullopt);
  }

  void find_divs(const Leaf& leaf) {
    for (const auto& div : own_divs(leaf.text())) {
      const auto of = [&](std::uint64_t begin, std::uint64_t end) { return leaf.text().substr(begin, end - begin); };
      if (canonical_html(of(div.whole.begin, div.inside.begin)) != kDivTag) continue;
      add(html_, canonical_html(of(div.inside.begin, div.inside.end)), std::nullopt);
    }
  }

  void find_media() {
    std::vector<std::uint32_t> parts = named_;
    const std::size_t wanted = (has_kind(field_, "image") ? 1u : 0u) + (has_kind(field_, "voice") ? 1u : 0u);
    if (named_.size() < wanted) std::ranges::copy(nameless_parts(message_.structure, own_), std::back_inserter(parts));
    for (const auto part : parts) {
      if (const auto digest = digest_of(message_, view_, part))
        media_.push_back({std::string(digest->blob.view()), part});
    }
  }

  static void add(std::vector<Candidate>& candidates, const std::string& canonical, std::optional<std::uint32_t> part) {
    const BlobId digest = crypto::sha256(canonical);
    if (candidates.size() < kCandidatesMax) candidates.push_back({std::string(digest.view()), part});
  }

  const std::vector<Candidate>& candidates_for(std::string_view kind) const {
    return kind == "text" ? text_ : kind == "html" ? html_ : media_;
  }

  /// One candidate for each kind from `at` on, such that all together give bh= and every part of p= is one of them.
  bool try_kind(std::size_t at, const std::string& hashes, const std::vector<std::uint32_t>& used) const {
    if (at == field_.kinds.size()) {
      const BlobId all = crypto::sha256(hashes);
      return all.view() == field_.content_hash &&
             std::ranges::all_of(named_, [&](auto part) { return std::ranges::find(used, part) != used.end(); });
    }
    return std::ranges::any_of(candidates_for(field_.kinds[at]), [&](const Candidate& candidate) {
      std::vector<std::uint32_t> now = used;
      if (candidate.part) {
        if (std::ranges::find(used, *candidate.part) != used.end()) return false;
        now.push_back(*candidate.part);
      }
      return try_kind(at + 1, hashes + candidate.hash, now);
    });
  }

  const Message& message_;
  const ParaphSignature& field_;
  const View view_;
  std::vector<std::uint32_t> own_, named_;
  std::vector<Candidate> text_, html_, media_;
};

}  // namespace

std::vector<GenuineField> find_genuine_fields(
    std::string_view header, std::string_view from, std::string_view message_id,
    const std::function<std::optional<std::string>(std::string_view domain, std::string_view key_id)>& find_secret) {
  std::vector<GenuineField> genuine;
  std::size_t index = 0;
  for (const mime::Field& field : mime::Fields(header)) {
    if (!iequals(field.name, "paraph-signature")) continue;
    if (index == kFieldsMax) break;
    auto says = verify_paraph_signature(field.value, from, message_id, find_secret);
    if (says && !says->kinds.empty()) genuine.push_back({*std::move(says), index});
    ++index;
  }
  return genuine;
}

Result<ParaphSignature> read_only_field(std::string_view header) {
  const auto count = mime::count_fields(header, "Paraph-Signature");
  if (count == 0) return fail(Code::NotFound, "the message has no Paraph-Signature field");
  if (count > 1) return fail(Code::BadInput, "the message has more than one Paraph-Signature field");
  return parse_paraph_signature(mime::find_field(header, "Paraph-Signature")->value);
}

std::vector<mail::Range> octets_to_check(const mail::Rope& rope, const mail::Structure& structure,
                                         const ParaphSignature& field) {
  const auto own = own_parts(structure);
  std::vector<mail::Range> ranges;
  const auto add_media = [&](const std::vector<std::uint32_t>& parts) {
    for (const auto part : parts) {
      const auto range = digest_range(rope, structure, part);
      if (range && range->size() <= kMediaBytesMax) ranges.push_back(*range);
    }
  };
  const auto named = named_parts(structure, own, field);
  if (!named || !has_known_kinds(field)) return {};
  add_media(*named);
  for (const auto index : own) {
    if (is_text_leaf(structure.parts[index])) ranges.push_back(structure.parts[index].body);
  }
  add_media(nameless_parts(structure, own));
  return missing_ranges(rope, ranges);
}

bool check_content(const Message& message, const ParaphSignature& field) { return Checker(message, field).run(); }

}  // namespace paraph::signature
