#include "source/vcard/address_url.h"

#include <algorithm>

#include "base/text.h"
#include "source/web/url.h"

namespace paraph::source::vcard {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kAddressBytesMax = 320;

bool is_hex(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); }

/// The letter of a substitution at `i`, or 0.
char substitution(std::string_view url, std::size_t i) {
  if (url[i] != '%' || i + 1 == url.size()) return 0;
  if (i + 2 < url.size() && is_hex(url[i + 1]) && is_hex(url[i + 2])) return 0;
  const char what = url[i + 1];
  return what == 'u' || what == 'l' || what == 'd' ? what : '\0';
}

}  // namespace

Result<void> check_url(std::string_view url) {
  const std::size_t host = url.find("://");
  const std::size_t path = host == kNone ? url.size() : std::min(url.find('/', host + 3), url.size());
  for (std::size_t i = 0; i < path; ++i) {
    if (substitution(url, i) != 0)
      return fail(Code::BadInput, "has %u, %l or %d in its host: write them in the path or the query only");
  }
  return {};
}

bool names_user(std::string_view url) {
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char what = substitution(url, i);
    if (what == 'u' || what == 'l') return true;
  }
  return false;
}

Result<std::string> url_for(std::string_view url, std::string_view owner) {
  const std::size_t at = owner.rfind('@');
  if (at == kNone || at == 0 || at + 1 == owner.size() || owner.size() > kAddressBytesMax)
    return fail(Code::NotFound, "this is no address that an address book knows");
  const auto local = owner.substr(0, at);
  const auto domain = owner.substr(at + 1);
  for (const auto part : {local, domain}) {
    if (part == "." || part == "..") return fail(Code::NotFound, "this is no address that an address book knows");
  }
  std::string out;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char what = substitution(url, i);
    if (what == 0) {
      out += url[i];
      continue;
    }
    out += web::percent_encoded(what == 'u' ? owner : what == 'l' ? local : domain);
    ++i;
  }
  return out;
}

}  // namespace paraph::source::vcard
