#include "source/ldap/filter.h"

#include <fmt/format.h>

#include "base/text.h"

namespace paraph::source::ldap {
namespace {

constexpr std::size_t kAddressBytesMax = 320;
constexpr std::size_t kFilterBytesMax = 4096;

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    const bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    if (letter || is_digit(c) || c == '@' || c == '.' || c == '-' || c == '_') {
      out += c;
    } else {
      out += fmt::format("\\{:02x}", static_cast<unsigned char>(c));
    }
  }
}

}  // namespace

Result<Owner> parse_owner(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == address.size() || address.size() > kAddressBytesMax)
    return fail(Code::NotFound, "this is no address that a directory knows");
  return Owner{.address = std::string(address),
               .local = std::string(address.substr(0, at)),
               .domain = std::string(address.substr(at + 1))};
}

Result<void> check_filter(std::string_view filter) {
  int depth = 0;
  bool owner = false;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] == '(') ++depth;
    if (filter[i] == ')' && --depth < 0) break;
    if (filter[i] != '%') continue;
    const char what = i + 1 < filter.size() ? filter[++i] : ' ';
    owner = owner || what == 'u' || what == 'l';
    if (what != 'u' && what != 'l' && what != 'd' && what != '%')
      return fail(Code::BadInput, "has a % that is not %u, %l, %d or %%: write the address as %u");
  }
  if (depth != 0 || !filter.starts_with('(') || filter.size() > kFilterBytesMax)
    return fail(Code::BadInput, "is no LDAP filter: write one as in (mail=%u)");
  if (!owner) return fail(Code::BadInput, "does not ask for the user: write the address as %u, its local part as %l");
  return {};
}

std::string filled_filter(std::string_view filter, const Owner& owner) {
  std::string out;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] != '%' || i + 1 == filter.size()) {
      out += filter[i];
      continue;
    }
    const char what = filter[++i];
    if (what == 'u') append_escaped(out, owner.address);
    if (what == 'l') append_escaped(out, owner.local);
    if (what == 'd') append_escaped(out, owner.domain);
    if (what == '%') out += '%';
  }
  return out;
}

}  // namespace paraph::source::ldap
