#pragma once
#include <string>

#include "wire/imap/response.h"

namespace paraph::client {

/// The section of the message's own recording in a BODYSTRUCTURE ("1", "2.1"), by the rule of mime::find_main_audio:
/// the first audio leaf with `voice=Voice-Message`, else the first that is not tagged as a spoken name or subject. ""
/// when there is none.
std::string voice_section(const imap::Value& body_structure);

}  // namespace paraph::client
