#include "session/http/media_answer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace paraph::session_http {

void add_guards(http::Response& response) {
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "sandbox; default-src 'none'");
}

std::vector<const mail::SignatureMedia*> media_of(const mail::Signature& signature, std::string_view kind) {
  std::vector<const mail::SignatureMedia*> all;
  if (kind != "voice" && signature.image) all.push_back(&*signature.image);
  if (kind == "image") return all;
  for (const auto& variant : signature.voice) all.push_back(&variant);
  return all;
}

const mail::SignatureMedia* find_media(const std::vector<const mail::SignatureMedia*>& all, std::string_view sha256) {
  const auto found = std::ranges::find_if(all, [&](const auto* media) { return hex(media->blob.view()) == sha256; });
  return found == all.end() ? nullptr : *found;
}

Task<Result<http::Response>> media_answer(store::Store& store, const mail::SignatureMedia& media) {
  http::Response response;
  PARAPH_CO_TRY(response.body, co_await store.read_blob(media.blob, 0, media.bytes));
  response.set("Content-Type", media.media_type);
  response.set("Content-Disposition", "inline; filename=\"signature." + media.extension + "\"");
  add_guards(response);
  co_return response;
}

}  // namespace paraph::session_http
