#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "source/remote.h"

namespace paraph::source::ldap {

/// What a directory answered of one entry.
struct Entry {
  std::string dn;
  std::map<std::string, std::vector<std::string>> attributes;  ///< by name in lower case, without options

  /// The first value that is not empty, "" when there is none. A view into this.
  std::string_view first(std::string_view attribute) const&;
  std::string_view first(std::string_view attribute) && = delete;
};

/// The attributes that are asked for, by their usual names. `own_names` maps such a name to the directory's own.
using OwnNames = std::map<std::string, std::string, std::less<>>;
std::vector<std::string> wanted_attributes(const OwnNames& own_names);
/// Those that say whether an entry has changed.
std::vector<std::string> state_attributes();

/// What names the state of an entry: its DN, modifyTimestamp, and entryCSN where there is one; "" without a time.
std::string tag_of(const Entry& entry);

/// The entry as Paraph sees it (spec 3.1). vPIMSpokenName is the voice unless it is over 20,000 octets, else `audio`;
/// jpegPhoto is the picture, else thumbnailPhoto. `refused` gets a sentence for what was left out.
Fetched fetched_of(const Entry& entry, const OwnNames& own_names, std::vector<std::string>& refused);

/// The addresses of labeledURI whose label is "signature": https only, at most 2048 octets each.
std::vector<std::string> signature_links(const Entry& entry, const OwnNames& own_names);

/// The media type of what stands in `audio`, by its first octets: .au, RIFF, MP3, Ogg, AMR; mu-law at 8 kHz without a
/// header is "audio/basic".
std::string_view sniffed_audio(std::string_view octets);

}  // namespace paraph::source::ldap
