#include "service/import_signature.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "crypto/sha256.h"
#include "mail/rope.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

constexpr std::uint32_t kImageWidthMax = 600;  ///< pixels; spec 2.8: as shown
constexpr std::uint32_t kImageHeightMax = 200;

/// One that is brought twice is written once.
void add_blob(store::Batch& batch, const BlobId& id, std::string octets) {
  const auto brought = std::ranges::find(batch.blobs, id, &mail::NewBlob::id);
  if (brought == batch.blobs.end()) batch.blobs.push_back({id, std::move(octets)});
}

mail::SignatureMedia kept(store::Batch& batch, media::File file) {
  mail::SignatureMedia media{.media_type = std::move(file.media_type),
                             .extension = std::move(file.extension),
                             .blob = crypto::sha256(file.octets),
                             .bytes = file.octets.size(),
                             .duration = (file.milliseconds + 999) / 1000,
                             .milliseconds = file.milliseconds,
                             .width = file.width,
                             .height = file.height};
  add_blob(batch, media.blob, std::move(file.octets));
  return media;
}

/// What was uploaded, in as many blobs as it takes.
mail::SignatureOriginal kept_original(store::Batch& batch, const media::Upload& upload) {
  mail::SignatureOriginal original{
      .media_type = upload.declared_type.empty() ? "application/octet-stream" : upload.declared_type,
      .blobs = {},
      .bytes = upload.octets.size()};
  for (std::size_t at = 0; at < upload.octets.size(); at += mail::kBlobBytesMax) {
    std::string octets = upload.octets.substr(at, mail::kBlobBytesMax);
    const auto id = crypto::sha256(octets);
    original.blobs.push_back(id);
    add_blob(batch, id, std::move(octets));
  }
  return original;
}

/// What is sent of a file is one blob.
std::uint64_t kept_bytes_max(std::uint64_t limit) { return std::min(limit, mail::kBlobBytesMax); }

Task<Result<void>> import_voice(media::Media& media, const Limits& limits, media::Upload upload, mail::Signature& next,
                                store::Batch& batch) {
  next.voice.clear();
  next.waveform.clear();
  next.voice_original.reset();
  if (upload.octets.empty()) co_return Result<void>();
  const media::Limits most{.upload_bytes_max = limits.signature_upload_bytes_max,
                           .bytes_max = kept_bytes_max(limits.signature_voice_bytes_max),
                           .seconds_max = limits.signature_voice_seconds_max};
  PARAPH_CO_TRY(auto voice, co_await media.import_voice(upload, most));
  for (auto& variant : voice.variants) next.voice.push_back(kept(batch, std::move(variant)));
  next.waveform = std::move(voice.waveform);
  next.voice_original = kept_original(batch, upload);
  if (voice.tones)
    log(Level::Warn, "signature owner={} voice holds telephone keys: a menu that hears it may act on them",
        printable(next.owner));
  co_return Result<void>();
}

Task<Result<void>> import_image(media::Media& media, const Limits& limits, media::Upload upload, mail::Signature& next,
                                store::Batch& batch) {
  next.image.reset();
  next.image_original.reset();
  if (upload.octets.empty()) co_return Result<void>();
  const media::Limits most{.upload_bytes_max = limits.signature_upload_bytes_max,
                           .bytes_max = kept_bytes_max(limits.signature_image_bytes_max),
                           .width_max = kImageWidthMax,
                           .height_max = kImageHeightMax};
  PARAPH_CO_TRY(auto picture, co_await media.import_picture(upload, most));
  next.image = kept(batch, std::move(picture));
  next.image_original = kept_original(batch, upload);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> import_signature(media::Media& media, const Limits& limits, SignatureChange change,
                                    mail::Signature& next, store::Batch& batch) {
  if (change.text) {
    PARAPH_CO_TRY(next.text, signature::clean_text(*change.text));
    if (next.text.size() > limits.signature_text_bytes_max)
      co_return fail(Code::TooLarge, "the signature's text is too long");
  }
  if (change.html) {
    PARAPH_CO_TRY(next.html, signature::clean_html(*change.html));
    if (next.html.size() > limits.signature_html_bytes_max)
      co_return fail(Code::TooLarge, "the signature's HTML is too long");
  }
  if (change.voice) {
    media::Upload upload{.octets = *std::move(change.voice), .declared_type = std::move(change.voice_type)};
    PARAPH_CO_CHECK(co_await import_voice(media, limits, std::move(upload), next, batch));
  }
  if (change.image) {
    media::Upload upload{.octets = *std::move(change.image), .declared_type = std::move(change.image_type)};
    PARAPH_CO_CHECK(co_await import_image(media, limits, std::move(upload), next, batch));
  }
  co_return Result<void>();
}

}  // namespace paraph::service
