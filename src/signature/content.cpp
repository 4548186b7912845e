#include "signature/content.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "crypto/sha256.h"
#include "mime/content.h"
#include "signature/canonical.h"
#include "signature/html_view.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

bool is_word(std::string_view text, std::size_t bytes_max, std::string_view also) {
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, [&](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || also.find(c) != std::string_view::npos;
  });
}

/// Is this media type a `type`? One that is nothing but two words, as most are, needs no parser.
bool is_of_type(std::string_view media_type, std::string_view type) {
  if (istarts_with(media_type, type) && media_type.substr(type.size()).starts_with('/') &&
      is_word(media_type.substr(type.size() + 1), 200, "-.+"))
    return true;
  const auto parsed = mime::parse_content_type(media_type);
  return parsed && parsed->type == type;
}

/// May its values stand in header fields, and is it of the kind that it is used for?
bool is_sendable(const mail::SignatureMedia& media, std::string_view type) {
  const auto printable_ascii = [](char c) { return c >= ' ' && c < 127; };
  return media.bytes > 0 && media.media_type.size() <= 200 && is_of_type(media.media_type, type) &&
         std::ranges::all_of(media.media_type, printable_ascii) && is_word(media.extension, 8, "");
}

/// One name per format: what clients write for the same octets.
std::string format_name(std::string_view media_type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames{{{"audio/x-wav", "audio/wav"},
                                                                                        {"audio/wave", "audio/wav"},
                                                                                        {"audio/vnd.wave", "audio/wav"},
                                                                                        {"audio/mp3", "audio/mpeg"},
                                                                                        {"audio/x-mp3", "audio/mpeg"},
                                                                                        {"audio/x-mpeg", "audio/mpeg"},
                                                                                        {"audio/x-m4a", "audio/mp4"},
                                                                                        {"audio/m4a", "audio/mp4"},
                                                                                        {"audio/opus", "audio/ogg"}}};
  const std::string name = lowered(trimmed(media_type.substr(0, media_type.find(';'))));
  for (const auto& [alias, common] : kNames) {
    if (name == alias) return std::string(common);
  }
  return name;
}

constexpr std::string_view kMuLawWav = "audio/wav; codec=7";  // RFC 2361

bool is_mu_law(const mail::SignatureMedia& voice) {
  const auto type = mime::parse_content_type(voice.media_type);
  const auto* codec = type ? mail::find_parameter(type->parameters, "codec") : nullptr;
  return codec != nullptr && *codec == "7" && same_media_type(voice.media_type, "audio/wav");
}

const mail::SignatureMedia* find_mu_law(const Content& content) {
  const auto found = std::ranges::find_if(content.voice, is_mu_law);
  return found == content.voice.end() ? nullptr : &*found;
}

/// What a class of recipients plays, best first (spec 2.8 (2)).
std::vector<std::string_view> common_types(const Policy& policy) {
  if (policy.basic_audio) return {"audio/basic", "audio/wav"};
  if (policy.recipients == Recipients::Vvm) return {"audio/amr", kMuLawWav, "audio/wav"};
  if (policy.recipients == Recipients::Vpim) return {"audio/32kadpcm", "audio/mpeg", "audio/wav"};
  return {"audio/mpeg", "audio/wav", "audio/mp4"};
}

}  // namespace

Content content_of(const mail::Signature& signature, const Kinds& allowed) {
  Content content;
  std::string text = clean_text(signature.text).value_or("");
  std::string html = clean_html(signature.html).value_or("");
  if (allowed.html && html.empty()) content.html = html_from_text(text);
  if (allowed.text) content.text = text.empty() ? clean_text(text_from_html(html)).value_or("") : std::move(text);
  if (allowed.html && !html.empty()) content.html = std::move(html);
  if (allowed.image && signature.image && is_sendable(*signature.image, "image")) content.image = signature.image;
  if (!content.image) content.html = without_image(content.html, kImageSource);
  if (allowed.voice) {
    std::ranges::copy_if(signature.voice, std::back_inserter(content.voice),
                         [](const auto& voice) { return is_sendable(voice, "audio"); });
  }
  if (is_word(signature.language, 35, "-")) content.language = signature.language;
  return content;
}

bool leave_out_too_large(Content& content, const Limits& limits) {
  const auto most = [&](std::uint64_t Limits::* what) { return std::min(limits.*what, kHardLimits.*what); };
  bool left_out = false;
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(content.text, '\n')) + 1;
  if (content.text.size() > most(&Limits::text_bytes) || (!content.text.empty() && lines > most(&Limits::text_lines))) {
    content.text.clear();
    left_out = true;
  }
  if (content.html.size() > most(&Limits::html_bytes)) {
    content.html.clear();
    left_out = true;
  }
  if (content.image && content.image->bytes > most(&Limits::image_bytes)) {
    content.image.reset();
    content.html = without_image(content.html, kImageSource);
    left_out = true;
  }
  const auto voices = std::erase_if(content.voice, [&](const mail::SignatureMedia& voice) {
    return voice.bytes > most(&Limits::voice_bytes) || voice.duration > most(&Limits::voice_seconds);
  });
  return left_out || (voices > 0 && content.voice.empty());
}

std::uint64_t growth_bytes(const Content& content) {
  constexpr std::uint64_t kPartBytes = 600;  // header fields and delimiters
  const auto media = [](const mail::SignatureMedia& each) { return each.bytes / 57 * 78 + 78 + kPartBytes; };
  std::uint64_t largest_voice = 0;
  for (const auto& voice : content.voice) largest_voice = std::max(largest_voice, media(voice));
  return largest_voice + (content.image ? media(*content.image) : 0) + 3 * content.text.size() +
         3 * content.html.size();
}

bool same_media_type(std::string_view a, std::string_view b) { return format_name(a) == format_name(b); }

const mail::SignatureMedia* choose_voice(const Content& content, std::string_view primary, bool inside_voice_message,
                                         const Policy& policy) {
  const bool profile = inside_voice_message && policy.recipients == Recipients::Vpim;
  const auto find = [&](std::string_view type) -> const mail::SignatureMedia* {
    const auto fits = [&](const mail::SignatureMedia& voice) {
      return same_media_type(voice.media_type, type) && (!profile || voice.duration <= kProfileSecondsMax);
    };
    const auto found = std::ranges::find_if(content.voice, fits);
    return found == content.voice.end() ? nullptr : &*found;
  };
  if (!primary.empty()) {
    if (const auto* same = find(primary)) return same;
  }
  if (inside_voice_message || content.voice.empty()) return nullptr;
  for (const std::string_view type : common_types(policy)) {
    if (const auto* common = type == kMuLawWav ? find_mu_law(content) : find(type)) return common;
  }
  return policy.any_voice ? &content.voice.front() : nullptr;
}

std::string hash_of_text(std::string_view text) {
  const std::string canonical = canonical_text(text);
  if (canonical.empty()) return {};
  const BlobId digest = crypto::sha256(canonical);
  return std::string(digest.view());
}

std::string hash_of_lines(std::string_view lines) {
  if (lines.empty()) return {};
  const BlobId digest = crypto::sha256(lines);
  return std::string(digest.view());
}

}  // namespace paraph::signature
