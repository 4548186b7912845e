#include "session/http/document.h"

#include <boost/json.hpp>
#include <functional>
#include <string_view>

#include "base/text.h"
#include "wire/http/target.h"

namespace paraph::session_http {
namespace {

namespace json = boost::json;

constexpr std::string_view kNone = "none";
constexpr std::string_view kOff = ".off";

/// Where the octets of a recording or picture are.
using UrlOf = std::function<std::string(std::string_view kind, const std::string& sha256)>;

json::object media(std::string_view kind, const mail::SignatureMedia& media, const UrlOf& url_of) {
  const auto sha256 = hex(media.blob.view());
  json::object object;
  object["url"] = url_of(kind, sha256);
  object["type"] = media.media_type;
  if (kind == "voice") object["duration"] = media.duration;
  object["size"] = media.bytes;
  object["sha256"] = sha256;
  if (media.width != 0 && media.height != 0) {
    object["width"] = media.width;
    object["height"] = media.height;
  }
  return object;
}

void add_contents(json::object& object, const mail::Signature& signature, const UrlOf& url_of) {
  object["revision"] = signature.revision;
  object["text"] = signature.text;
  object["html"] = signature.html;
  if (signature.image) object["image"] = media("image", *signature.image, url_of);
  json::array voice;
  for (const auto& variant : signature.voice) voice.push_back(media("voice", variant, url_of));
  object["voice"] = std::move(voice);
}

}  // namespace

std::string tag_of(const mail::Signature& signature, Enabled enabled) {
  std::string tag = signature.empty() ? std::string(kNone) : signature.revision;
  if (enabled == Enabled::No) tag += kOff;
  return tag;
}

std::string revision_of_tag(std::string tag) {
  if (tag.ends_with(kOff)) tag.resize(tag.size() - kOff.size());
  return tag == kNone ? std::string() : tag;
}

std::string user_document(const mail::Signature& signature, Enabled enabled) {
  json::object object;
  object["number"] = signature.number;
  object["enabled"] = enabled == Enabled::Yes;
  add_contents(object, signature, [](std::string_view kind, const std::string& sha256) {
    return "/api/v1/signature/" + std::string(kind) + "?sha256=" + sha256;
  });
  return json::serialize(object) + "\n";
}

std::string peer_document(const mail::Signature& signature, const std::string& user) {
  json::object object;
  object["version"] = 1;
  object["user"] = user;
  add_contents(object, signature, [&](std::string_view, const std::string& sha256) {
    return kPeerMediaPath + sha256 + "?user=" + http::percent_encode(user);
  });
  return json::serialize(object) + "\n";
}

}  // namespace paraph::session_http
