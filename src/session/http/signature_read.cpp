// GET of /api/v1/signature and what is below it.
#include <algorithm>
#include <utility>

#include "session/http/document.h"
#include "session/http/exchange.h"
#include "session/http/media_answer.h"
#include "session/http/routes.h"

namespace paraph::session_http {
namespace {

std::string_view part_name(const Exchange& exchange) {
  const std::string_view path = exchange.target.path;
  return path.substr(path.rfind('/') + 1);
}

http::Response text_answer(std::string_view name, std::string text) {
  http::Response response{.status = 200, .fields = {}, .body = std::move(text)};
  response.set("Content-Type", name == "html" ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  response.set("Content-Disposition",
               name == "html" ? "attachment; filename=\"signature.html\"" : "inline; filename=\"signature.txt\"");
  add_guards(response);
  response.set("Cache-Control", "private, no-cache");
  return response;
}

/// The one asked for by its hash, else the first.
const mail::SignatureMedia* find_part(const Exchange& exchange, const mail::Signature& signature) {
  const auto all = media_of(signature, part_name(exchange));
  const auto* sha256 = exchange.target.parameter("sha256");
  if (sha256 == nullptr) return all.empty() ? nullptr : all.front();
  return find_media(all, *sha256);
}

}  // namespace

Task<http::Response> get_signature(Exchange& exchange) {
  const auto& account = *exchange.account;
  const auto signature = co_await exchange.server.signatures.current(account.id);
  if (!signature) co_return error_response(signature.error());
  const auto enabled = account.signature_on ? Enabled::Yes : Enabled::No;
  http::Response response{.status = 200, .fields = {}, .body = user_document(*signature, enabled)};
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "private, no-cache");
  co_return conditional(exchange.request, std::move(response), tag_of(*signature, enabled));
}

Task<http::Response> get_signature_part(Exchange& exchange) {
  const auto& account = *exchange.account;
  auto signature = co_await exchange.server.signatures.current(account.id);
  if (!signature) co_return error_response(signature.error());
  const auto name = part_name(exchange);
  const auto tag = tag_of(*signature, account.signature_on ? Enabled::Yes : Enabled::No);
  if (name == "text" || name == "html") {
    auto text = std::move(name == "text" ? signature->text : signature->html);
    if (text.empty()) co_return error_response(404, "the signature has no " + std::string(name));
    co_return conditional(exchange.request, text_answer(name, std::move(text)), tag);
  }
  const auto* media = find_part(exchange, *signature);
  if (media == nullptr) co_return error_response(404, "the signature has no such " + std::string(name));
  auto answer = co_await media_answer(exchange.server.store, *media);
  if (!answer) co_return error_response(answer.error());
  answer->set("Cache-Control", "private, no-cache");
  co_return conditional(exchange.request, std::move(*answer), tag);
}

}  // namespace paraph::session_http
