#include "app/client/save.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/text.h"
#include "mime/encoding.h"
#include "mime/header.h"
#include "mime/scan.h"

namespace paraph::client {
namespace {

constexpr std::size_t kNameBytesMax = 100;
constexpr std::string_view kMessageName = "message.eml";

std::string octets_of(std::string_view message, const mail::Part& part) {
  const auto body = message.substr(part.body.begin, part.body.size());
  if (part.encoding == mail::Encoding::Base64) return mime::decode_base64(body);
  if (part.encoding == mail::Encoding::QuotedPrintable) return mime::decode_quoted_printable(body);
  return std::string(body);
}

/// ASCII letters, digits, '.', '-' and '_'; other octets become '_', and it does not begin with a dot or dash.
std::string safe_name(std::string_view text) {
  std::string name;
  for (const char c : text.substr(0, kNameBytesMax)) {
    const bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    name += letter || is_digit(c) || c == '.' || c == '-' || c == '_' ? c : '_';
  }
  const auto begin = name.find_first_not_of(".-");
  return begin == std::string::npos ? "" : name.substr(begin);
}

std::string extension_for(const mail::Part& part) {
  static constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
      {"text/plain", "txt"},    {"text/html", "html"}, {"audio/amr", "amr"}, {"audio/amr-wb", "awb"},
      {"audio/mpeg", "mp3"},    {"audio/ogg", "ogg"},  {"audio/mp4", "m4a"}, {"audio/wav", "wav"},
      {"audio/x-wav", "wav"},   {"audio/basic", "au"}, {"image/png", "png"}, {"image/jpeg", "jpg"},
      {"message/rfc822", "eml"}};
  const auto type = part.type + "/" + part.subtype;
  const auto known =
      std::ranges::find(kKnown, std::string_view(type), &std::pair<std::string_view, std::string_view>::first);
  return known == std::end(kKnown) ? "bin" : std::string(known->second);
}

std::string given_name(const mail::Part& part) {
  const auto* name = find_parameter(part.disposition_parameters, "filename");
  if (!name) name = find_parameter(part.parameters, "name");
  return name ? safe_name(mime::decode_words(*name)) : "";
}

/// Content-IDs that Paraph-Signature names (tag p=), without angle brackets.
std::set<std::string, std::less<>> signature_ids(std::string_view header) {
  std::set<std::string, std::less<>> ids;
  const auto field = mime::find_value(header, "Paraph-Signature");
  if (!field) return ids;
  for (const auto tag : split(*field, ';')) {
    const auto text = trimmed(tag);
    if (!text.starts_with("p=")) continue;
    for (const auto id : split(text.substr(2), ':')) ids.emplace(trimmed(id));
  }
  ids.erase("");
  return ids;
}

/// Names files: those of the signature, and all others apart from them.
class Namer {
 public:
  std::string name(const mail::Part& part, bool is_signature) {
    ++number_;
    const auto given = given_name(part);
    if (is_signature) {
      const auto dot = given.rfind('.');
      const auto extension = dot == std::string::npos ? extension_for(part) : given.substr(dot + 1);
      return unique(fmt::format("signature-{}.{}", part.type == "audio" ? "voice" : part.type, extension));
    }
    if (given.empty()) return unique(fmt::format("part-{}.{}", number_, extension_for(part)));
    return unique(istarts_with(given, "signature") ? "part-" + given : given);
  }

 private:
  /// "a.amr", "a-2.amr", ...: not one that another file has in upper or lower case.
  std::string unique(const std::string& wanted) {
    const auto dot = std::min(wanted.rfind('.'), wanted.size());
    auto name = wanted;
    for (unsigned copy = 2; !taken_.insert(lowered(name)).second; ++copy)
      name = fmt::format("{}-{}{}", wanted.substr(0, dot), copy, wanted.substr(dot));
    return name;
  }

  std::set<std::string> taken_{std::string(kMessageName)};
  std::size_t number_ = 0;
};

Result<void> write_file(const std::filesystem::path& file, std::string_view octets) {
  const auto refused = [&] {
    return fail(Code::BadInput, fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
  };
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return refused();
  while (!octets.empty()) {
    const auto written = write(descriptor, octets.data(), octets.size());
    if (written < 0) {
      auto failure = refused();
      ::close(descriptor);
      return failure;
    }
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(descriptor) != 0) return refused();
  return {};
}

}  // namespace

std::vector<SavedPart> parts_of(std::string_view message) {
  const auto structure = mime::scan(message);
  const auto& root = structure.root();
  const auto ids = signature_ids(message.substr(root.header.begin, root.header.size()));
  std::vector<SavedPart> parts;
  std::vector<bool> within(structure.parts.size());  // of a message that is a file already
  Namer namer;
  for (std::size_t i = 0; i < structure.parts.size(); ++i) {
    const auto& part = structure.parts[i];
    const bool nested = part.parent != mail::kNoPart && (within[part.parent] || structure.parts[part.parent].message());
    within[i] = nested;
    if (nested || part.multipart()) continue;
    const auto* voice = find_parameter(part.disposition_parameters, "voice");
    const auto id =
        std::string_view(part.id).substr(part.id.empty() ? 0 : 1, part.id.size() < 2 ? 0 : part.id.size() - 2);
    const bool is_signature = ids.contains(id) || (voice && iequals(*voice, "Originator-Spoken-Name"));
    parts.push_back(
        {namer.name(part, is_signature), part.type + "/" + part.subtype, is_signature, octets_of(message, part)});
  }
  return parts;
}

Result<std::string> fetch_message(Imap& imap, std::uint32_t uid) {
  std::optional<std::string> octets;
  PARAPH_CHECK(imap.command("EXAMINE INBOX", [](const imap::Response&) {}));
  PARAPH_CHECK(imap.command(fmt::format("UID FETCH {} (UID BODY.PEEK[])", uid), [&](const imap::Response& response) {
    if (response.values.size() != 3 || !response.values[1].atom("FETCH")) return;
    if (const auto* body = find_value(response.values[2].list, "BODY[]")) octets = body->text;
  }));
  if (!octets) return fail(Code::NotFound, fmt::format("there is no message {} in INBOX: see paraph inbox", uid));
  return std::move(*octets);
}

Result<std::vector<std::string>> save_message(const std::string& message, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Code::BadInput, fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  PARAPH_CHECK(write_file(folder / kMessageName, message));
  std::vector<std::string> lines{fmt::format("{}  message/rfc822, {} octets", kMessageName, message.size())};
  for (const auto& part : parts_of(message)) {
    PARAPH_CHECK(write_file(folder / part.name, part.octets));
    lines.push_back(fmt::format("{}  {}, {} octets{}", part.name, printable(part.media_type), part.octets.size(),
                                part.is_signature ? ", of the signature" : ""));
  }
  return lines;
}

}  // namespace paraph::client
