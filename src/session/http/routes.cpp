#include "session/http/routes.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace paraph::session_http {
namespace {

constexpr std::array kRoutes{
    Route{.path = "/healthz", .get = get_health},
    Route{.path = "/readyz", .get = get_ready},
    Route{.path = "/metrics", .get = get_metrics},
    Route{.path = "/api/v1/signature",
          .access = Access::User,
          .brings = Brings::Form,
          .get = get_signature,
          .put = put_signature,
          .remove = delete_signature},
    Route{.path = "/api/v1/signature/text",
          .access = Access::User,
          .brings = Brings::Text,
          .get = get_signature_part,
          .put = put_signature_part,
          .remove = delete_signature_part},
    Route{.path = "/api/v1/signature/html",
          .access = Access::User,
          .brings = Brings::Text,
          .get = get_signature_part,
          .put = put_signature_part,
          .remove = delete_signature_part},
    Route{.path = "/api/v1/signature/image",
          .access = Access::User,
          .brings = Brings::Media,
          .get = get_signature_part,
          .put = put_signature_part,
          .remove = delete_signature_part},
    Route{.path = "/api/v1/signature/voice",
          .access = Access::User,
          .brings = Brings::Media,
          .get = get_signature_part,
          .put = put_signature_part,
          .remove = delete_signature_part},
    Route{.path = "/api/v1/signature/enabled", .access = Access::User, .put = put_enabled},
    Route{.path = "/.well-known/paraph/signature", .access = Access::Peer, .get = get_peer_document},
    Route{.path = "/.well-known/paraph/media/", .access = Access::Peer, .get = get_peer_media},
};

bool fits(const Route& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

}  // namespace

const Route* find_route(std::string_view path) {
  const auto* found = std::ranges::find_if(kRoutes, [&](const Route& route) { return fits(route, path); });
  return found == std::end(kRoutes) ? nullptr : found;
}

std::uint64_t body_bytes_max(const Route& route, http::Method method, const Limits& limits) {
  if (method != http::Method::Put) return kNoBodyBytesMax;
  const std::uint64_t media = limits.signature_upload_bytes_max;
  const std::uint64_t text =
      std::max({kTextUploadBytesMax, limits.signature_text_bytes_max, limits.signature_html_bytes_max});
  switch (route.brings) {
    case Brings::Text:
      return text;
    case Brings::Media:
      return media;
    case Brings::Form:
      return 2 * (media + text);
    case Brings::Little:
      break;
  }
  return kNoBodyBytesMax;
}

Handler handler_of(const Route& route, http::Method method) {
  switch (method) {
    case http::Method::Get:
    case http::Method::Head:
      return route.get;
    case http::Method::Put:
      return route.put;
    case http::Method::Delete:
      return route.remove;
    default:
      return nullptr;
  }
}

std::string allowed(const Route& route) {
  std::string all;
  const auto add = [&](Handler handler, std::string_view names) {
    if (handler == nullptr) return;
    if (!all.empty()) all += ", ";
    all += names;
  };
  add(route.get, "GET, HEAD");
  add(route.put, "PUT");
  add(route.remove, "DELETE");
  return all;
}

}  // namespace paraph::session_http
