// /metrics, /healthz, /readyz: what an operator's tools ask.
#include "base/log.h"
#include "session/http/exchange.h"
#include "session/http/routes.h"

namespace paraph::session_http {
namespace {

constexpr const char* kAnyKey = "ready";  // whether there is such a key does not matter, only that the store answers

http::Response plain(unsigned status, std::string body) {
  http::Response response{.status = status, .fields = {}, .body = std::move(body)};
  response.set("Content-Type", "text/plain; charset=utf-8");
  response.set("Cache-Control", "no-store");
  return response;
}

/// From this machine itself, and not handed on by a proxy that runs here.
bool is_here(const Exchange& exchange) {
  const auto& fields = exchange.request.fields;
  return exchange.stream.loopback() && http::find_field(fields, "Forwarded") == nullptr &&
         http::find_field(fields, "X-Forwarded-For") == nullptr;
}

Task<bool> store_answers(store::Store& store) try {
  const auto got = co_await store.get(kAnyKey);
  co_return got.has_value();
} catch (const std::exception& error) {
  log(Level::Error, "http not ready: {}", error.what());
  co_return false;
}

}  // namespace

Task<http::Response> get_metrics(Exchange& exchange) {
  if (!is_here(exchange) && !find_peer(exchange)) co_return nothing_here();
  http::Response response{.status = 200, .fields = {}, .body = exchange.server.metrics.exposition()};
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.set("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> get_health(Exchange&) { co_return plain(200, "ok\n"); }

Task<http::Response> get_ready(Exchange& exchange) {
  if (exchange.server.gate.stopping()) co_return plain(503, "the server is going down\n");
  const bool answers = co_await store_answers(exchange.server.store);
  if (!answers) co_return plain(503, "the store does not answer\n");
  co_return plain(200, "ok\n");
}

}  // namespace paraph::session_http
