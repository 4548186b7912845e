#include "wire/smtp/dot_stuffer.h"

namespace paraph::smtp {

void DotStuffer::take(std::string& out, std::string_view octets) {
  if (check_.at_line_start() && octets.starts_with('.')) out += '.';
  while (!octets.empty()) {
    const auto bytes = check_.feed_to_dot(octets);
    out += octets.substr(0, bytes);
    octets.remove_prefix(bytes);
    if (!octets.empty()) out += '.';
  }
}

bool DotStuffer::append(std::string& out, std::string_view octets) {
  if (octets.empty()) return true;
  const auto before = out.size();
  if (held_cr_) take(out, "\r");
  held_cr_ = octets.ends_with('\r');
  if (held_cr_) octets.remove_suffix(1);
  take(out, octets);
  if (check_.result().clean()) return true;
  out.resize(before);
  return false;
}

bool DotStuffer::append_end(std::string& out) {
  if (held_cr_ || !check_.result().clean()) return false;
  if (!check_.at_line_start()) out += "\r\n";
  out += ".\r\n";
  return true;
}

}  // namespace paraph::smtp
