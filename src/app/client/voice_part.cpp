#include "app/client/voice_part.h"

#include <fmt/format.h>

#include "base/text.h"

namespace paraph::client {
namespace {

using imap::Value;

struct Found {
  std::string tagged;    ///< voice=Voice-Message
  std::string untagged;  ///< without voice=
};

bool multipart(const Value& body) { return !body.list.empty() && body.list.front().kind == Value::Kind::List; }

/// The `voice` parameter of a leaf's Content-Disposition. An audio leaf is (type subtype parameters id description
/// encoding octets md5 disposition ...), RFC 9051 §7.5.2.
std::string voice_parameter(const Value& leaf) {
  constexpr std::size_t kDisposition = 8;
  if (leaf.list.size() <= kDisposition) return "";
  const auto& disposition = leaf.list[kDisposition].list;  // ("inline" ("voice" "Voice-Message"))
  if (disposition.size() < 2) return "";
  const auto& parameters = disposition[1].list;
  for (std::size_t i = 0; i + 1 < parameters.size(); i += 2) {
    if (iequals(parameters[i].text, "voice")) return parameters[i + 1].text;
  }
  return "";
}

void look(const Value& body, const std::string& section, Found& found) {
  if (multipart(body)) {
    std::size_t number = 0;
    for (const auto& child : body.list) {
      if (child.kind != Value::Kind::List) break;  // the subtype: no more parts
      look(child, fmt::format("{}{}{}", section, section.empty() ? "" : ".", ++number), found);
    }
    return;
  }
  if (body.list.empty() || !iequals(body.list.front().text, "audio")) return;
  const auto voice = voice_parameter(body);
  const auto own = section.empty() ? "1" : section;
  if (iequals(voice, "Voice-Message") && found.tagged.empty()) found.tagged = own;
  if (voice.empty() && found.untagged.empty()) found.untagged = own;
}

}  // namespace

std::string voice_section(const Value& body_structure) {
  Found found;
  look(body_structure, "", found);
  return found.tagged.empty() ? found.untagged : found.tagged;
}

}  // namespace paraph::client
