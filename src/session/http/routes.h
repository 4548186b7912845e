#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/task.h"
#include "session/http/exchange.h"

namespace paraph::session_http {

using Handler = Task<http::Response> (*)(Exchange&);

/// Who may come here.
enum class Access {
  Anyone,  ///< the handler looks for itself
  User,    ///< whoever logs in with an account's address and password
  Peer,    ///< a [[peer]]; to all others there is nothing here
};

inline constexpr std::uint64_t kTextUploadBytesMax = 256 << 10;  ///< before it is cleaned
inline constexpr std::uint64_t kNoBodyBytesMax = 1024;           ///< of a request whose body nobody wants

/// What a PUT brings.
enum class Brings { Little, Text, Media, Form };

/// What happens at an address: the handler of each method, or nullptr. HEAD is GET without the body.
struct Route {
  std::string_view path;  ///< one that ends in "/" stands for all below it
  Access access = Access::Anyone;
  Brings brings = Brings::Little;
  Handler get = nullptr;
  Handler put = nullptr;
  Handler remove = nullptr;
};

const Route* find_route(std::string_view path);
/// How long a body may be there: what the importer would refuse for its size (`signature_upload_bytes_max`) is not even
/// taken into memory.
std::uint64_t body_bytes_max(const Route& route, http::Method method, const Limits& limits);
/// nullptr: not offered there.
Handler handler_of(const Route& route, http::Method method);
/// For Allow: "GET, HEAD, PUT".
std::string allowed(const Route& route);

// Handlers. The exchange lives until they answer.
Task<http::Response> get_metrics(Exchange& exchange);
Task<http::Response> get_health(Exchange& exchange);
Task<http::Response> get_ready(Exchange& exchange);
Task<http::Response> get_signature(Exchange& exchange);
Task<http::Response> get_signature_part(Exchange& exchange);
Task<http::Response> put_signature(Exchange& exchange);
Task<http::Response> put_signature_part(Exchange& exchange);
Task<http::Response> put_enabled(Exchange& exchange);
Task<http::Response> delete_signature(Exchange& exchange);
Task<http::Response> delete_signature_part(Exchange& exchange);
Task<http::Response> get_peer_document(Exchange& exchange);
Task<http::Response> get_peer_media(Exchange& exchange);

}  // namespace paraph::session_http
