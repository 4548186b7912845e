#include "dns/names.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::dns {
namespace {

constexpr std::size_t kNameBytesMax = 253;  // RFC 1035 §2.3.4: 255 octets with the lengths of the labels and the root
constexpr std::size_t kLabelBytesMax = 63;

bool may_stand_in_name(char c) { return c > ' ' && c < 0x7f && c != '\\'; }

}  // namespace

Result<std::string> canonical_name(std::string_view name) {
  const auto bad = [&](std::string_view why) {
    return fail(Code::BadInput, "\"" + printable(name, 100) + "\" is no name for DNS: " + std::string(why));
  };
  std::string_view text = name;
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() > kNameBytesMax) return bad("over 253 octets");
  for (const auto label : split(text, '.')) {
    if (label.empty()) return bad("an empty label");
    if (label.size() > kLabelBytesMax) return bad("a label over 63 octets");
    if (!std::ranges::all_of(label, may_stand_in_name)) return bad("a character that is not allowed");
  }
  return lowered(text);
}

std::string tlsa_name(std::string_view host, std::uint16_t port) {
  return "_" + std::to_string(port) + "._tcp." + std::string(host);
}

std::string reverse_name(const Address& address) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  if (!address.v6) {
    for (int i = 3; i >= 0; --i) name += std::to_string(address.octets[static_cast<std::size_t>(i)]) + '.';
    return name + "in-addr.arpa";
  }
  for (std::size_t i = address.octets.size(); i-- > 0;) {
    for (const int nibble : {address.octets[i] & 15, address.octets[i] >> 4}) {
      name += kDigits[static_cast<std::size_t>(nibble)];
      name += '.';
    }
  }
  return name + "ip6.arpa";
}

}  // namespace paraph::dns
