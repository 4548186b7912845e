#include <algorithm>

#include "record/codec.h"
#include "record/wire.h"

namespace paraph::record {
namespace {

void set(pb::SignatureMedia& out, const mail::SignatureMedia& media) {
  out.set_media_type(media.media_type);
  out.set_extension(media.extension);
  out.set_blob(octets_of(media.blob));
  out.set_bytes(media.bytes);
  out.set_duration(media.duration);
  out.set_milliseconds(media.milliseconds);
  out.set_width(media.width);
  out.set_height(media.height);
}

std::optional<mail::SignatureMedia> media_of(const pb::SignatureMedia& in) {
  const auto blob = blob_of(in.blob());
  if (!blob) return std::nullopt;
  return mail::SignatureMedia{.media_type = in.media_type(),
                              .extension = in.extension(),
                              .blob = *blob,
                              .bytes = in.bytes(),
                              .duration = in.duration(),
                              .milliseconds = in.milliseconds(),
                              .width = in.width(),
                              .height = in.height()};
}

void set(pb::SignatureOriginal& out, const mail::SignatureOriginal& original) {
  out.set_media_type(original.media_type);
  for (const auto& blob : original.blobs) out.add_blobs(octets_of(blob));
  out.set_bytes(original.bytes);
}

std::optional<mail::SignatureOriginal> original_of(const pb::SignatureOriginal& in) {
  mail::SignatureOriginal original{.media_type = in.media_type(), .blobs = {}, .bytes = in.bytes()};
  for (const auto& octets : in.blobs()) {
    const auto blob = blob_of(octets);
    if (!blob) return std::nullopt;
    original.blobs.push_back(*blob);
  }
  if (original.blobs.empty()) return std::nullopt;
  return original;
}

void set(pb::Signature& out, const mail::Signature& signature) {
  out.set_owner(signature.owner);
  out.set_number(signature.number);
  out.set_revision(signature.revision);
  out.set_text(signature.text);
  out.set_html(signature.html);
  if (signature.image) set(*out.mutable_image(), *signature.image);
  for (const auto& voice : signature.voice) set(*out.add_voice(), voice);
  out.set_language(signature.language);
  out.set_waveform(signature.waveform);
  if (signature.voice_original) set(*out.mutable_voice_original(), *signature.voice_original);
  if (signature.image_original) set(*out.mutable_image_original(), *signature.image_original);
}

std::optional<mail::Signature> signature_of(const pb::Signature& in) {
  mail::Signature signature;
  signature.owner = in.owner();
  signature.number = in.number();
  signature.revision = in.revision();
  signature.text = in.text();
  signature.html = in.html();
  if (in.has_image()) signature.image = media_of(in.image());
  if (in.has_voice_original()) signature.voice_original = original_of(in.voice_original());
  if (in.has_image_original()) signature.image_original = original_of(in.image_original());
  if (in.has_image() != signature.image.has_value() ||
      in.has_voice_original() != signature.voice_original.has_value() ||
      in.has_image_original() != signature.image_original.has_value())
    return std::nullopt;
  for (const auto& one : in.voice()) {
    auto voice = media_of(one);
    if (!voice) return std::nullopt;
    signature.voice.push_back(*std::move(voice));
  }
  signature.language = in.language();
  signature.waveform = in.waveform();
  return signature;
}

void set(pb::PastRevision& out, const mail::PastRevision& past) {
  out.set_revision(past.revision);
  for (const auto& blob : past.media) out.add_media(octets_of(blob));
  for (const auto bytes : past.media_bytes) out.add_media_bytes(bytes);
  out.set_text_hash(past.text_hash);
  out.set_html_hash(past.html_hash);
  out.set_number(past.number);
  out.set_created(unix_seconds(past.created));
  out.set_kinds(past.kinds);
}

std::optional<mail::PastRevision> past_of(const pb::PastRevision& in) {
  if (in.media_size() != in.media_bytes_size()) return std::nullopt;
  mail::PastRevision past{.revision = in.revision(), .text_hash = in.text_hash(), .html_hash = in.html_hash()};
  for (const auto& octets : in.media()) {
    const auto blob = blob_of(octets);
    if (!blob) return std::nullopt;
    past.media.push_back(*blob);
  }
  past.media_bytes.assign(in.media_bytes().begin(), in.media_bytes().end());
  past.number = in.number();
  const auto created = time_of(in.created());
  if (!created) return std::nullopt;
  past.created = *created;
  past.kinds = in.kinds();
  return past;
}

}  // namespace

std::string format_signature(const mail::Signature& signature, Time created) {
  Parsed<pb::Signature> out;
  set(*out, signature);
  out->set_created(unix_seconds(created));
  return out->SerializeAsString();
}

Result<mail::Signature> parse_signature(std::string_view octets) {
  Parsed<pb::Signature> in;
  if (!in.parse(octets) || in->number() == 0) return corrupt("signature");
  auto signature = signature_of(*in);
  if (!signature) return corrupt("signature");
  return *std::move(signature);
}

Result<Time> parse_signature_created(std::string_view octets) {
  Parsed<pb::Signature> in;
  if (!in.parse(octets)) return corrupt("signature");
  const auto created = time_of(in->created());
  if (!created) return corrupt("signature");
  return *created;
}

std::string format_signature_head(const SignatureHead& head) {
  Parsed<pb::SignatureHead> out;
  out->set_current(head.current);
  for (const auto& past : head.past) set(*out->add_past(), past);
  for (const auto number : head.kept) out->add_kept(number);
  if (head.voice_from) set_place(*out->mutable_voice_from(), *head.voice_from);
  return out->SerializeAsString();
}

Result<SignatureHead> parse_signature_head(std::string_view octets) {
  Parsed<pb::SignatureHead> in;
  if (!in.parse(octets)) return corrupt("signature head");
  SignatureHead head{.current = in->current()};
  for (const auto& one : in->past()) {
    auto past = past_of(one);
    if (!past) return corrupt("signature head");
    head.past.push_back(*std::move(past));
  }
  head.kept.assign(in->kept().begin(), in->kept().end());
  if (in->has_voice_from()) head.voice_from = place_of(in->voice_from());
  return head;
}

std::string format_remote_signature(const RemoteSignature& remote) {
  Parsed<pb::RemoteSignature> out;
  set(*out->mutable_signature(), remote.signature);
  for (const auto& past : remote.past) set(*out->add_past(), past);
  out->set_tag(remote.tag);
  out->set_fetched(unix_seconds(remote.fetched));
  out->set_fresh_until(unix_seconds(remote.fresh_until));
  out->set_stale_until(unix_seconds(remote.stale_until));
  if (remote.not_after) out->set_not_after(std::max<std::int64_t>(1, unix_seconds(*remote.not_after)));
  for (const auto& [name, value] : remote.fields) {
    auto& field = *out->add_fields();
    field.set_name(name);
    field.set_value(value);
  }
  return out->SerializeAsString();
}

Result<RemoteSignature> parse_remote_signature(std::string_view octets) {
  Parsed<pb::RemoteSignature> in;
  if (!in.parse(octets) || !in->has_signature()) return corrupt("signature from elsewhere");
  auto signature = signature_of(in->signature());
  const auto fetched = time_of(in->fetched()), fresh_until = time_of(in->fresh_until()),
             stale_until = time_of(in->stale_until()), not_after = time_of(in->not_after());
  if (!signature || !fetched || !fresh_until || !stale_until || !not_after) return corrupt("signature from elsewhere");
  RemoteSignature remote{.signature = *std::move(signature),
                         .tag = in->tag(),
                         .fetched = *fetched,
                         .fresh_until = *fresh_until,
                         .stale_until = *stale_until};
  if (in->not_after() != 0) remote.not_after = *not_after;
  for (const auto& field : in->fields()) remote.fields.emplace(field.name(), field.value());
  for (const auto& one : in->past()) {
    auto past = past_of(one);
    if (!past) return corrupt("signature from elsewhere");
    remote.past.push_back(*std::move(past));
  }
  return remote;
}

}  // namespace paraph::record
