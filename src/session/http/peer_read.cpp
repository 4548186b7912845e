// What [[peer]]s ask: the document of a user's signature (spec 3.2), and the octets that it names.
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "session/http/document.h"
#include "session/http/exchange.h"
#include "session/http/media_answer.h"
#include "session/http/routes.h"

namespace paraph::session_http {
namespace {

/// Spec 5.4: kept for an hour, then asked for again by its tag; a week when this server does not answer. A change is
/// seen within the hour, as with a server that is told nothing.
constexpr std::string_view kDocumentKept = "private, max-age=3600, stale-if-error=604800";
/// What a hash names does not change; but nobody keeps it longer than the document that named it.
constexpr std::string_view kMediaKept = "private, max-age=604800, immutable";

/// What this server knows of the user that the question names.
Task<Result<mail::Signature>> signature_asked_for(Exchange& exchange) {
  const auto* user = exchange.target.parameter("user");
  if (user == nullptr || user->empty()) co_return fail(Code::BadInput, "say whose signature: ?user=ADDRESS");
  if (!is_utf8(*user)) co_return fail(Code::BadInput, "the user's address is not UTF-8");
  auto acquired = co_await exchange.server.local.acquire(*user);
  if (!acquired && acquired.error().code == Code::NotFound) co_return fail(Code::NotFound, "this user is not here");
  if (!acquired) co_return std::unexpected(std::move(acquired).error());
  co_return std::move(acquired->signature);
}

}  // namespace

Task<http::Response> get_peer_document(Exchange& exchange) {
  const auto signature = co_await signature_asked_for(exchange);
  if (!signature) co_return error_response(signature.error());
  const auto& user = *exchange.target.parameter("user");
  http::Response response{.status = 200, .fields = {}, .body = peer_document(*signature, user)};
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", std::string(kDocumentKept));
  co_return conditional(exchange.request, std::move(response), tag_of(*signature, Enabled::Yes));
}

Task<http::Response> get_peer_media(Exchange& exchange) {
  const auto signature = co_await signature_asked_for(exchange);
  if (!signature) co_return error_response(signature.error());
  const auto sha256 = std::string_view(exchange.target.path).substr(std::string_view(kPeerMediaPath).size());
  const auto* media = find_media(media_of(*signature), sha256);
  if (media == nullptr) co_return error_response(404, "this user's signature has no such part");
  auto answer = co_await media_answer(exchange.server.store, *media);
  if (!answer) co_return error_response(answer.error());
  answer->set("Cache-Control", std::string(kMediaKept));
  co_return conditional(exchange.request, std::move(*answer), sha256);
}

}  // namespace paraph::session_http
