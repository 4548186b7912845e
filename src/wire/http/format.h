#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "wire/http/message.h"

namespace paraph::http {

/// "Not Found"; "Unknown" for a status that Paraph does not use.
std::string_view reason_of(unsigned status);

/// IMF-fixdate (RFC 9110 §5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_date(Time time);

enum class Persist { No, Yes };

/// Status line and fields, with Date, Content-Length (not for 1xx, 204, 304) and Connection; ends with the empty line.
/// Field values hold no line end: what came from elsewhere was checked before.
std::string format_head(const Response& response, Time now, Persist persist);

/// RFC 9110 §15.2.1, for a client that waits before it sends its body.
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace paraph::http
