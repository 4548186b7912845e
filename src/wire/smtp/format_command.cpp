#include "wire/smtp/format_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "wire/smtp/format.h"

namespace paraph::smtp {
namespace {

using mail::Body;
using mail::Return;

bool is_xchar(char c) { return c > ' ' && c <= '~' && c != '+' && c != '='; }

std::string_view body_name(Body body) {
  switch (body) {
    case Body::EightBitMime:
      return "8BITMIME";
    case Body::BinaryMime:
      return "BINARYMIME";
    case Body::SevenBit:
      break;
  }
  return "7BIT";
}

bool may_declare(Body body, const Extensions& offered) {
  return body == Body::EightBitMime ? offered.eight_bit_mime : body == Body::BinaryMime && offered.binary_mime;
}

// RFC 3461 §4.1
std::string notify_text(const mail::Notify& notify) {
  std::string out;
  const auto add = [&](bool wanted, std::string_view word) {
    if (wanted) out += (out.empty() ? "" : ",") + std::string(word);
  };
  add(notify.success, "SUCCESS");
  add(notify.failure, "FAILURE");
  add(notify.delay, "DELAY");
  return out.empty() ? "NEVER" : out;
}

/// The code point at the begin of well-formed UTF-8, and how many octets it has.
std::pair<std::uint32_t, std::size_t> code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t point = bytes == 1 ? first : first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  return {point, bytes};
}

// RFC 6533 §3: utf-8-addr-unitext where UTF-8 may stand, utf-8-addr-xtext where not; neither has a bare backslash.
std::string utf8_address(std::string_view address, bool utf8) {
  std::string out;
  while (!address.empty()) {
    const auto [point, bytes] = code_point(address);
    const bool plain = bytes == 1 ? is_xchar(address[0]) && address[0] != '\\' : utf8;
    if (plain) {
      out += address.substr(0, bytes);
    } else {
      out += fmt::format("\\x{{{:02X}}}", point);
    }
    address.remove_prefix(bytes);
  }
  return out;
}

/// ORCPT's value; empty: none can be written.
std::string original_text(std::string_view original, bool utf8) {
  const auto semicolon = original.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return "";
  const auto type = original.substr(0, semicolon);
  const auto address = original.substr(semicolon + 1);
  if (!std::ranges::all_of(type, [](char c) { return is_xchar(c); }) || address.empty()) return "";
  const auto prefix = std::string(type) + ";";
  if (iequals(type, "utf-8")) return is_utf8(address) ? prefix + utf8_address(address, utf8) : "";
  return is_ascii(address) ? prefix + format_xtext(address) : "";
}

}  // namespace

std::string format_xtext(std::string_view octets) {
  std::string out;
  for (const char c : octets) {
    if (is_xchar(c)) {
      out += c;
    } else {
      out += fmt::format("+{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool has_controls(const mail::Address& address) {
  const auto control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  return std::ranges::any_of(address.local, control) || std::ranges::any_of(address.domain, control);
}

void append_mail(std::string& out, const mail::Address& from, const mail::MailOptions& options,
                 const Declared& declared, const Extensions& offered) {
  out += "MAIL FROM:" + format_path(from);
  if (offered.size) out += fmt::format(" SIZE={}", declared.bytes);
  if (may_declare(declared.body, offered)) out += fmt::format(" BODY={}", body_name(declared.body));
  if (declared.smtputf8 && offered.smtputf8) out += " SMTPUTF8";
  if (options.require_tls && offered.require_tls) out += " REQUIRETLS";
  if (offered.dsn && options.ret != Return::Unsaid) out += options.ret == Return::Full ? " RET=FULL" : " RET=HDRS";
  if (offered.dsn && !options.envid.empty()) out += " ENVID=" + format_xtext(options.envid);
  out += "\r\n";
}

void append_rcpt(std::string& out, const mail::Recipient& to, const Extensions& offered, bool utf8) {
  out += "RCPT TO:" + format_path(to.address);
  if (offered.dsn && to.notify) out += " NOTIFY=" + notify_text(*to.notify);
  if (const auto original = offered.dsn ? original_text(to.original, utf8) : ""; !original.empty())
    out += " ORCPT=" + original;
  out += "\r\n";
}

}  // namespace paraph::smtp
