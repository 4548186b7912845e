#include "app/milter/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "net/endpoint.h"
#include "wire/smtp/parse.h"

namespace paraph::milter {

std::string format_field(std::string_view name, std::string_view value) {
  std::string field(name);
  field += ':';
  for (const char c : value) {
    if (c == '\n') field += '\r';
    field += c == '\0' || c == '\r' ? ' ' : c;
  }
  return field + "\r\n";
}

Result<mail::Address> parse_path(std::string_view text) {
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  if (text.empty()) return mail::Address{};
  return smtp::parse_address(text, smtp::Utf8::Yes);
}

Result<mail::Address> owner_of(std::string_view login, const mail::Address& reverse_path) {
  if (login.contains('@')) return smtp::parse_address(login, smtp::Utf8::Yes);
  if (!login.empty() && iequals(login, reverse_path.local)) return reverse_path;
  return fail(Code::BadInput, fmt::format("the login {} is no address, and not the sender's name", printable(login)));
}

Refusal refusal_of(const Error& error) {
  constexpr std::size_t kTextBytesMax = 400;
  const bool policy = error.code == Code::Denied || error.code == Code::Refused;
  Refusal refusal{.later = !policy,
                  .code = error.code == Code::Denied    ? "550"
                          : error.code == Code::Refused ? "554"
                                                        : "451",
                  .enhanced = policy ? "5.7.1" : "4.3.0",
                  .text = printable(error.text, kTextBytesMax)};
  std::ranges::replace(refusal.text, '%', ' ');
  return refusal;
}

Result<std::string> socket_name(std::string_view listen) {
  constexpr std::string_view kUnix = "unix:";
  if (listen.starts_with(kUnix) && listen.size() > kUnix.size()) return std::string(listen);
  const auto endpoint = net::parse_endpoint(listen);
  if (!endpoint || endpoint->port == 0) {
    return fail(Code::BadInput, fmt::format("--listen {}: write ADDRESS:PORT or unix:PATH", printable(listen, 200)));
  }
  return fmt::format("{}:{}@{}", endpoint->v6 ? "inet6" : "inet", endpoint->port, endpoint->address());
}

}  // namespace paraph::milter
