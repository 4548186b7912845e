#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mail/address.h"

namespace paraph::client {

/// A recording as a part of a message.
struct Recording {
  std::string octets;
  std::string media_type;                 ///< "audio/AMR"
  std::string extension;                  ///< "amr"
  std::optional<std::uint32_t> duration;  ///< seconds
};

/// What a user wants to send.
struct Draft {
  mail::Address from;
  std::vector<mail::Address> to;
  std::string subject, text;  ///< UTF-8; either may be empty
  std::optional<Recording> voice;
  Time date;
  std::string unique;  ///< hex digits of this message alone: its Message-ID and boundary come from it
};

/// The message as it goes over the wire (CRLF line ends): text/plain, or multipart/mixed with the text first and then
/// the recording as `voice=Voice-Message`. Without a text it is a voice message (RFC 3458 Message-Context). Pure.
std::string compose(const Draft& draft);

}  // namespace paraph::client
