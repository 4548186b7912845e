#include "service/import_signature.h"

#include <utility>

#include "crypto/sha256.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

constexpr std::uint32_t kImageWidthMax = 600;  ///< pixels; spec 2.8: as shown
constexpr std::uint32_t kImageHeightMax = 200;

mail::SignatureMedia kept(store::Batch& batch, media::Checked checked) {
  mail::SignatureMedia media{.media_type = std::move(checked.media_type),
                             .extension = std::move(checked.extension),
                             .blob = crypto::sha256(checked.octets),
                             .bytes = checked.octets.size(),
                             .duration = checked.duration};
  batch.blobs.push_back({media.blob, std::move(checked.octets)});
  return media;
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
  if (change.voice) next.voice.clear();
  if (change.voice && !change.voice->empty()) {
    const media::Limits voice{.bytes_max = limits.signature_voice_bytes_max,
                              .seconds_max = limits.signature_voice_seconds_max};
    PARAPH_CO_TRY(auto checked, co_await media.check(media::Kind::Voice, std::move(*change.voice), voice));
    next.voice.push_back(kept(batch, std::move(checked)));
  }
  if (change.image) next.image.reset();
  if (change.image && !change.image->empty()) {
    const media::Limits image{
        .bytes_max = limits.signature_image_bytes_max, .width_max = kImageWidthMax, .height_max = kImageHeightMax};
    PARAPH_CO_TRY(auto checked, co_await media.check(media::Kind::Image, std::move(*change.image), image));
    next.image = kept(batch, std::move(checked));
  }
  co_return Result<void>();
}

}  // namespace paraph::service
