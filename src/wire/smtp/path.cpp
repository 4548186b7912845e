#include "wire/smtp/path.h"

#include <arpa/inet.h>

#include <algorithm>

namespace paraph::smtp {
namespace {

bool is_eight_bit(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }
bool is_alnum(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }

// RFC 5321 §4.1.2, Dot-string
Result<std::string> dot_string(Cursor& cursor) {
  const auto from = cursor.position();
  do {
    if (cursor.take_while(is_atext).empty()) return cursor.expected("a local part");
  } while (cursor.take('.'));
  return std::string(cursor.since(from));
}

// RFC 5321 §4.1.2, Quoted-string: the value without quotes and backslashes
Result<std::string> quoted_string(Cursor& cursor) {
  std::string value;
  cursor.take('"');
  while (!cursor.take('"')) {
    cursor.take('\\');
    const char c = cursor.peek();
    if (cursor.at_end() || (c < ' ' && !is_eight_bit(c)) || c == '\x7f') return cursor.expected("a closing quote");
    value += c;
    cursor.take(c);
  }
  return value;
}

// RFC 5321 §4.1.3: [192.0.2.1] or [IPv6:2001:db8::1], with its brackets
Result<std::string> address_literal(Cursor& cursor) {
  const auto from = cursor.position();
  cursor.take('[');
  const bool six = cursor.take("IPv6:");
  const std::string number(cursor.take_while([](char c) { return is_alnum(c) || c == '.' || c == ':'; }));
  unsigned char octets[16];
  if (inet_pton(six ? AF_INET6 : AF_INET, number.c_str(), octets) != 1)
    return cursor.expected("an IPv4 address, or IPv6: and an address,");
  if (!cursor.take(']')) return cursor.expected("]");
  return std::string(cursor.since(from));
}

bool is_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  return label.size() <= 63 || !is_ascii(label);
}

// RFC 5321 §4.1.2, Domain
Result<std::string> domain(Cursor& cursor) {
  if (cursor.peek() == '[') return address_literal(cursor);
  const auto from = cursor.position();
  do {
    const Cursor before = cursor;
    if (!is_label(cursor.take_while([](char c) { return is_alnum(c) || c == '-' || is_eight_bit(c); })))
      return before.expected("a domain name");
  } while (cursor.take('.'));
  const auto name = cursor.since(from);
  if (name.size() > kDomainBytesMax) return cursor.expected("a domain of at most 255 octets");
  return std::string(name);
}

// RFC 5321 §4.1.2, A-d-l: passed over (appendix C)
Result<> source_route(Cursor& cursor) {
  do {
    if (!cursor.take('@')) return cursor.expected("@");
    PARAPH_CHECK(domain(cursor));
  } while (cursor.take(','));
  if (!cursor.take(':')) return cursor.expected(":");
  return {};
}

// After "<"
Result<mail::Address> path(Cursor& cursor, std::size_t from) {
  if (cursor.peek() == '@') {
    PARAPH_CHECK(source_route(cursor));
  }
  PARAPH_TRY(auto address, mailbox(cursor));
  if (!cursor.take('>')) return cursor.expected(">");
  if (cursor.since(from).size() > kPathBytesMax) return cursor.expected("a path of at most 256 octets");
  return address;
}

}  // namespace

bool is_atext(char c) {
  return is_alnum(c) || is_eight_bit(c) || (c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c));
}

Result<mail::Address> mailbox(Cursor& cursor) {
  const Cursor before = cursor;
  PARAPH_TRY(auto local, cursor.peek() == '"' ? quoted_string(cursor) : dot_string(cursor));
  if (local.empty()) return before.expected("a local part");
  if (local.size() > kLocalBytesMax) return before.expected("a local part of at most 64 octets");
  if (!cursor.take('@')) return cursor.expected("@");
  PARAPH_TRY(auto host, domain(cursor));
  return mail::Address{std::move(local), std::move(host)};
}

Result<mail::Address> reverse_path(Cursor& cursor) {
  const auto from = cursor.position();
  if (!cursor.take('<')) return cursor.expected("<");
  if (cursor.take('>')) return mail::Address{};
  return path(cursor, from);
}

Result<mail::Address> forward_path(Cursor& cursor) {
  const auto from = cursor.position();
  if (!cursor.take('<')) return cursor.expected("<");
  if (cursor.take("postmaster>")) return mail::Address{.local = "postmaster", .domain = ""};
  return path(cursor, from);
}

}  // namespace paraph::smtp
