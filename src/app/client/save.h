#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/client/imap.h"
#include "base/result.h"

namespace paraph::client {

/// A file to be written.
struct SavedPart {
  std::string name;        ///< safe: no separators, no controls, unique, never "message.eml"
  std::string media_type;  ///< "audio/amr"
  bool is_signature = false;
  std::string octets;  ///< decoded
};

/// Every leaf of a message as a file. Those of the signature (named by Paraph-Signature, or tagged as the originator's
/// spoken name) are called signature-voice.EXT and signature-image.EXT, and no other one begins with "signature". A
/// message within is one file. Pure.
std::vector<SavedPart> parts_of(std::string_view message);

/// The octets of message `uid` in INBOX, without setting \Seen. NotFound. Blocks.
Result<std::string> fetch_message(Imap& imap, std::uint32_t uid);

/// Writes message.eml and the parts into `folder`, which is made if need be; a file that is there already is replaced.
/// Returns a line for each file. BadInput: the disk's refusal.
Result<std::vector<std::string>> save_message(const std::string& message, const std::filesystem::path& folder);

}  // namespace paraph::client
