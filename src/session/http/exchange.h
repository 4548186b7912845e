#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/task.h"
#include "record/codec.h"
#include "session/http/server.h"
#include "wire/http/conditions.h"
#include "wire/http/message.h"
#include "wire/http/target.h"

namespace paraph::session_http {

/// One request on its way through a handler. Lives until its response is made.
struct Exchange {
  Server& server;
  net::Stream& stream;
  http::Request request;
  http::Target target;
  std::optional<record::Account> account;  ///< who logged in, where a route asks for a user
};

/// Which [[peer]] asks, by a bearer token or a client certificate; nullopt: a stranger. A token that comes in clear
/// from another machine proves nothing.
std::optional<std::size_t> find_peer(const Exchange& exchange);

/// {"error": "..."}; `text` is one sentence for people.
http::Response error_response(unsigned status, std::string_view text);
/// The same for a failure; a sentence about our own trouble stays with us.
http::Response error_response(const Error& error);
/// There is nothing at this address: word for word the same for whoever must not learn whether there is.
http::Response nothing_here();

/// A representation that is whole at hand, with its ETag: answers If-None-Match (304), Range and If-Range (206, 416).
/// `response` has what is said besides, and the whole body.
http::Response conditional(const http::Request& request, http::Response response, std::string_view tag);

}  // namespace paraph::session_http
