#include "service/remote_import.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "service/import_signature.h"
#include "service/signature_rows.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

/// Parts come in one by one, so that one that is refused costs the others nothing.
class Importer {
 public:
  Importer(media::Media& media, const Limits& limits, std::string source, std::string owner)
      : media_(media), limits_(limits), source_(std::move(source)) {
    imported_.signature.owner = std::move(owner);
  }

  /// Whether it was taken.
  Task<Result<bool>> add(const char* part, SignatureChange change) {
    mail::Signature next = imported_.signature;
    store::Batch batch;
    auto done = co_await import_signature(media_, limits_, std::move(change), next, batch);
    if (!done && done.error().code == Code::Unavailable) co_return fail(std::move(done));
    if (!done) {
      log(Level::Warn, "source={} owner={} {} left out: {}", source_, printable(next.owner), part,
          printable(done.error().text));
      co_return false;
    }
    imported_.signature = std::move(next);
    for (auto& blob : batch.blobs) imported_.blobs.push_back(std::move(blob));
    co_return true;
  }

  /// What was uploaded stays where it was: here the place can be asked again.
  Imported take() {
    for (auto* original : {&imported_.signature.voice_original, &imported_.signature.image_original}) original->reset();
    const auto kept = media_of(imported_.signature);
    std::erase_if(imported_.blobs, [&](const auto& blob) { return !std::ranges::binary_search(kept, blob.id); });
    imported_.signature.revision = signature::revision_of(imported_.signature);
    return std::move(imported_);
  }

 private:
  media::Media& media_;
  const Limits& limits_;
  const std::string source_;
  Imported imported_;
};

}  // namespace

Task<Result<Imported>> import_fetched(media::Media& media, const Limits& limits, std::string source, std::string owner,
                                      source::Fetched fetched) {
  Importer importer(media, limits, std::move(source), std::move(owner));
  if (!fetched.text.empty()) {
    SignatureChange text{.text = std::move(fetched.text)};
    PARAPH_CO_CHECK(co_await importer.add("text", std::move(text)));
  }
  if (!fetched.html.empty()) {
    SignatureChange html{.html = std::move(fetched.html)};
    PARAPH_CO_CHECK(co_await importer.add("html", std::move(html)));
  }
  if (fetched.image) {
    SignatureChange image{.image = std::move(fetched.image->octets),
                          .image_type = std::move(fetched.image->declared_type)};
    PARAPH_CO_CHECK(co_await importer.add("image", std::move(image)));
  }
  for (auto& variant : fetched.voice) {
    SignatureChange voice{.voice = std::move(variant.octets), .voice_type = std::move(variant.declared_type)};
    PARAPH_CO_TRY(const bool taken, co_await importer.add("voice", std::move(voice)));
    if (taken) break;
  }
  co_return importer.take();
}

}  // namespace paraph::service
