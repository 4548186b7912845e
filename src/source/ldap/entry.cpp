#include "source/ldap/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace paraph::source::ldap {
namespace {

constexpr std::size_t kSpokenNameBytesMax = 20'000;  ///< RFC 4237 §3.3
constexpr std::size_t kAudioBytesMax = 250'000;      ///< RFC 2798 §9.1.3 (RFC 1274: 25,000)
constexpr std::size_t kPhotoBytesMax = 1 << 20;
constexpr std::size_t kUriBytesMax = 2048;

constexpr std::array<std::string_view, 14> kAttributes{
    "vPIMSpokenName", "audio", "jpegPhoto", "thumbnailPhoto",    "displayName", "vPIMTextName",   "cn", "title",
    "mail",           "o",     "ou",        "preferredLanguage", "labeledURI",  "telephoneNumber"};
constexpr std::array<std::string_view, 2> kState{"modifyTimestamp", "entryCSN"};

/// The directory's own name of a usual one, in lower case.
std::string own(const OwnNames& names, std::string_view usual) {
  const auto found = names.find(usual);
  return lowered(found == names.end() ? usual : std::string_view(found->second));
}

/// Which attributes a field comes from; the first that has a value.
struct Field {
  std::string_view name;
  std::array<std::string_view, 3> attributes;
};
constexpr std::array<Field, 7> kFields{{{"displayName", {"displayName", "vPIMTextName", "cn"}},
                                        {"title", {"title"}},
                                        {"tel", {"telephoneNumber"}},
                                        {"mail", {"mail"}},
                                        {"org", {"o"}},
                                        {"unit", {"ou"}},
                                        {"language", {"preferredLanguage"}}}};

std::string field_value(const Entry& entry, const OwnNames& names, const Field& field) {
  for (const auto attribute : field.attributes) {
    if (attribute.empty()) break;
    const std::string name = own(names, attribute);
    const auto value = entry.first(name);
    if (!value.empty())
      return std::string(field.name == "language" ? value.substr(0, value.find_first_of(",;")) : value);
  }
  return {};
}

/// The octets of an attribute, "" when it has none or they are too many.
std::string_view octets_of(const Entry& entry, const OwnNames& names, std::string_view usual, std::size_t bytes_max,
                           std::vector<std::string>& refused) {
  const std::string name = own(names, usual);
  const auto octets = entry.first(name);
  if (octets.size() <= bytes_max) return octets;
  refused.push_back(fmt::format("{} has {} octets, over {}", usual, octets.size(), bytes_max));
  return {};
}

/// A frame of MPEG layer III at the beginning: its length in octets, 0 when there is none.
std::size_t mp3_frame_bytes(std::string_view octets) {
  if (octets.size() < 4) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(octets[i])); };
  const unsigned version = at(1) >> 3 & 3, rate = at(2) >> 4, sampling = at(2) >> 2 & 3, padding = at(2) >> 1 & 1;
  if (at(0) != 0xFF || at(1) >> 5 != 7 || (at(1) >> 1 & 3) != 1 || version == 1 || sampling == 3) return 0;
  if (rate == 0 || rate == 15) return 0;
  constexpr std::array<unsigned, 15> kRates1{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<unsigned, 15> kRates2{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
  constexpr std::array<unsigned, 3> kSampling{44100, 48000, 32000};
  const unsigned hertz = kSampling[sampling] / (version == 3 ? 1 : version == 2 ? 2 : 4);
  const unsigned kbit = version == 3 ? kRates1[rate] : kRates2[rate];
  return (version == 3 ? 144'000 : 72'000) * kbit / hertz + padding;
}

/// Mu-law silence is 0xFF, so one frame header alone says little: a second one must follow the first frame.
bool is_mp3(std::string_view octets) {
  if (octets.starts_with("ID3")) return true;
  const std::size_t first = mp3_frame_bytes(octets);
  return first != 0 && first < octets.size() && mp3_frame_bytes(octets.substr(first)) != 0;
}

}  // namespace

std::string_view Entry::first(std::string_view attribute) const& {
  const auto found = attributes.find(std::string(attribute));
  if (found == attributes.end()) return {};
  const auto value = std::ranges::find_if(found->second, [](const auto& one) { return !one.empty(); });
  return value == found->second.end() ? std::string_view() : std::string_view(*value);
}

std::vector<std::string> wanted_attributes(const OwnNames& own_names) {
  std::vector<std::string> wanted = state_attributes();
  for (const auto name : kAttributes) wanted.push_back(own(own_names, name));
  std::ranges::sort(wanted);
  const auto doubles = std::ranges::unique(wanted);
  wanted.erase(doubles.begin(), doubles.end());
  return wanted;
}

std::vector<std::string> state_attributes() { return {kState.begin(), kState.end()}; }

std::string tag_of(const Entry& entry) {
  const auto time = entry.first("modifytimestamp");
  if (time.empty()) return {};
  return fmt::format("{}|{}|{}", entry.dn, time, entry.first("entrycsn"));
}

std::string_view sniffed_audio(std::string_view octets) {
  if (octets.starts_with(".snd")) return "audio/basic";
  if (octets.starts_with("RIFF") && octets.substr(0, 12).ends_with("WAVE")) return "audio/wav";
  if (octets.starts_with("OggS")) return "audio/ogg";
  if (octets.starts_with("#!AMR")) return "audio/AMR";
  if (octets.starts_with("fLaC")) return "audio/flac";
  return is_mp3(octets) ? "audio/mpeg" : "audio/basic";
}

Fetched fetched_of(const Entry& entry, const OwnNames& own_names, std::vector<std::string>& refused) {
  Fetched fetched{.tag = tag_of(entry)};
  for (const auto& field : kFields) {
    auto value = field_value(entry, own_names, field);
    if (!value.empty()) fetched.fields.emplace(field.name, std::move(value));
  }
  const auto spoken = octets_of(entry, own_names, "vPIMSpokenName", kSpokenNameBytesMax, refused);
  const auto audio = octets_of(entry, own_names, "audio", kAudioBytesMax, refused);
  if (!spoken.empty()) {
    fetched.voice.push_back({.octets = std::string(spoken), .declared_type = "audio/32KADPCM"});
  } else if (!audio.empty()) {
    fetched.voice.push_back({.octets = std::string(audio), .declared_type = std::string(sniffed_audio(audio))});
  }
  for (const auto* photo : {"jpegPhoto", "thumbnailPhoto"}) {
    const auto octets = octets_of(entry, own_names, photo, kPhotoBytesMax, refused);
    if (octets.empty() || fetched.image) continue;
    fetched.image = FetchedMedia{.octets = std::string(octets), .declared_type = "image/jpeg"};
  }
  return fetched;
}

std::vector<std::string> signature_links(const Entry& entry, const OwnNames& own_names) {
  std::vector<std::string> links;
  const auto found = entry.attributes.find(own(own_names, "labeledURI"));
  if (found == entry.attributes.end()) return links;
  for (const auto& value : found->second) {
    const std::size_t blank = value.find(' ');
    if (blank == std::string::npos || blank > kUriBytesMax || !istarts_with(value, "https://")) continue;
    if (iequals(trimmed(std::string_view(value).substr(blank)), "signature")) links.push_back(value.substr(0, blank));
  }
  return links;
}

}  // namespace paraph::source::ldap
