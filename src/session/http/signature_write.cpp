// PUT and DELETE of /api/v1/signature and what is below it.
#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "session/http/document.h"
#include "session/http/exchange.h"
#include "session/http/routes.h"
#include "session/http/upload.h"

namespace paraph::session_http {
namespace {

namespace json = boost::json;

std::string_view part_name(const Exchange& exchange) {
  const std::string_view path = exchange.target.path;
  return path.substr(path.rfind('/') + 1);
}

http::Response precondition_failed() {
  return error_response(412, "the signature is not the one that the condition names: read it again");
}

http::Response document_answer(const mail::Signature& signature, Enabled enabled) {
  http::Response response{.status = 200, .fields = {}, .body = user_document(signature, enabled)};
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "private, no-cache");
  response.set("ETag", http::format_entity_tag(tag_of(signature, enabled)));
  return response;
}

/// What If-Match and If-None-Match say about the signature that is there now (RFC 9110 §13.2.2): go on, with the
/// revision that must still be there when the change is made; or why not.
struct Verdict {
  std::optional<std::string> revision;
  std::optional<http::Response> refused;
};

/// Is one of the tags the signature's? If-Match asks for a strong one, to If-None-Match a weak one is as good.
Result<bool> names_it(std::string_view condition, const mail::Signature& now, bool weak_too) {
  PARAPH_TRY(const auto tags, http::parse_entity_tags(condition));
  if (tags.any) return !now.empty();
  return std::ranges::any_of(tags.tags, [&](const http::EntityTag& tag) {
    return (weak_too || !tag.weak) && revision_of_tag(tag.tag) == now.revision;
  });
}

Verdict check_conditions(const http::Request& request, const mail::Signature& now) {
  const auto* match = request.field("If-Match");
  const auto* none = request.field("If-None-Match");
  if (match == nullptr && none == nullptr) return {};
  const auto is_one = match == nullptr ? Result<bool>(true) : names_it(*match, now, false);
  if (!is_one) return {.revision = {}, .refused = error_response(is_one.error())};
  const auto is_none = none == nullptr ? Result<bool>(false) : names_it(*none, now, true);
  if (!is_none) return {.revision = {}, .refused = error_response(is_none.error())};
  if (!*is_one || *is_none) return {.revision = {}, .refused = precondition_failed()};
  return {.revision = now.revision, .refused = {}};
}

Task<http::Response> apply(Exchange& exchange, service::SignatureChange change) {
  auto& signatures = exchange.server.signatures;
  const auto& account = *exchange.account;
  const auto now = co_await signatures.current(account.id);
  if (!now) co_return error_response(now.error());
  auto verdict = check_conditions(exchange.request, *now);
  if (verdict.refused) co_return std::move(*verdict.refused);
  const bool conditional = verdict.revision.has_value();
  const auto set = co_await signatures.set(account.id, account.address, std::move(change), std::move(verdict.revision));
  if (!set && set.error().code == Code::Conflict && conditional) co_return precondition_failed();
  if (!set) co_return error_response(set.error());
  log(Level::Info, "signature set by=http account={} number={} revision={} address={}", printable(account.address),
      set->number, set->revision, exchange.stream.peer().address());
  co_return document_answer(*set, account.signature_on ? Enabled::Yes : Enabled::No);
}

std::string_view content_type(const http::Request& request) {
  const auto* field = request.field("Content-Type");
  return field == nullptr ? std::string_view() : std::string_view(*field);
}

/// `true`, `false`, or {"enabled": either}.
std::optional<bool> parse_enabled(std::string_view body) {
  boost::system::error_code error;
  const auto value = json::parse(json::string_view(body.data(), body.size()), error);
  if (error) return std::nullopt;
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? &value : object->if_contains("enabled");
  const auto* flag = found == nullptr ? nullptr : found->if_bool();
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

}  // namespace

Task<http::Response> put_signature(Exchange& exchange) {
  auto change = read_form(content_type(exchange.request), exchange.request.body);
  exchange.request.body = {};
  if (!change) co_return error_response(change.error());
  auto response = co_await apply(exchange, std::move(*change));
  co_return response;
}

Task<http::Response> put_signature_part(Exchange& exchange) {
  auto& request = exchange.request;
  service::SignatureChange change;
  const auto added = add_upload(change, part_name(exchange),
                                {.content_type = content_type(request), .octets = std::move(request.body)});
  if (!added) co_return error_response(added.error());
  auto response = co_await apply(exchange, std::move(change));
  co_return response;
}

Task<http::Response> delete_signature(Exchange& exchange) {
  // An empty revision: numbers go on, and what was sent before is still known.
  service::SignatureChange nothing{.text = "", .html = "", .voice = "", .image = ""};
  auto response = co_await apply(exchange, std::move(nothing));
  co_return response;
}

Task<http::Response> delete_signature_part(Exchange& exchange) {
  service::SignatureChange change;
  const auto name = part_name(exchange);
  (name == "text" ? change.text : name == "html" ? change.html : name == "voice" ? change.voice : change.image) = "";
  auto response = co_await apply(exchange, std::move(change));
  co_return response;
}

Task<http::Response> put_enabled(Exchange& exchange) {
  const auto enabled = parse_enabled(exchange.request.body);
  if (!enabled) co_return error_response(400, "say true or false");
  auto& server = exchange.server;
  const auto& account = *exchange.account;
  const auto signature = co_await server.signatures.current(account.id);
  if (!signature) co_return error_response(signature.error());
  auto verdict = check_conditions(exchange.request, *signature);
  if (verdict.refused) co_return std::move(*verdict.refused);
  const auto set = co_await server.accounts.set_signature_on(account.id, *enabled);
  if (!set) co_return error_response(set.error());
  log(Level::Info, "signature {} by=http account={} address={}", *enabled ? "on" : "off", printable(account.address),
      exchange.stream.peer().address());
  co_return document_answer(*signature, *enabled ? Enabled::Yes : Enabled::No);
}

}  // namespace paraph::session_http
