#include "wire/smtp/format.h"

#include <algorithm>

#include "wire/smtp/path.h"

namespace paraph::smtp {
namespace {

constexpr std::size_t kReplyBytesMax = 512;  // RFC 5321 §4.5.3.1.5, with CRLF

void append_text(std::string& out, std::string_view text) {
  for (char c : text) out += c >= ' ' && c < '\x7f' ? c : '?';
}

void append_line(std::string& out, int code, char separator, std::string_view enhanced, std::string_view text) {
  const auto begin = out.size();
  out += std::to_string(code);
  out += separator;
  out += enhanced;
  if (!enhanced.empty()) out += ' ';
  append_text(out, text.substr(0, kReplyBytesMax));
  out.resize(std::min(out.size(), begin + kReplyBytesMax - 2));
  out += "\r\n";
}

bool is_dot_string(std::string_view local) {
  if (local.empty() || local.front() == '.' || local.back() == '.' || local.contains("..")) return false;
  return std::ranges::all_of(local, [](char c) { return c == '.' || is_atext(c); });
}

}  // namespace

void append_reply(std::string& out, const Reply& reply) {
  std::string_view text = reply.text;
  for (auto lf = text.find('\n'); lf != std::string_view::npos; lf = text.find('\n')) {
    append_line(out, reply.code, '-', reply.enhanced, text.substr(0, lf));
    text.remove_prefix(lf + 1);
  }
  append_line(out, reply.code, ' ', reply.enhanced, text);
}

void append_ehlo(std::string& out, std::string_view name, std::span<const std::string> keywords) {
  append_line(out, 250, keywords.empty() ? ' ' : '-', "", name);
  for (const auto& keyword : keywords) append_line(out, 250, &keyword == &keywords.back() ? ' ' : '-', "", keyword);
}

std::string format_address(const mail::Address& address) {
  if (address.null()) return "";
  std::string out;
  if (is_dot_string(address.local)) {
    out = address.local;
  } else {
    out = '"';
    for (char c : address.local) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  if (!address.domain.empty()) out += "@" + address.domain;
  return out;
}

std::string format_path(const mail::Address& address) { return "<" + format_address(address) + ">"; }

}  // namespace paraph::smtp
