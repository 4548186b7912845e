#pragma once
#include <cstddef>
#include <string>

namespace paraph::bench {

/// A line of text and 30 s of AMR-NB (45,734 octets): 62.9 KB of mail, without From, To, Subject. CRLF lines, no lone
/// dots.
void append_voice_message(std::string& to, std::size_t number);
/// 2 KB of text.
void append_small_message(std::string& to);
/// signature.amr (3.3 s, 5.2 KB), signature.png (8 KB), signature.txt in `folder`.
void write_signature(const std::string& folder);

}  // namespace paraph::bench
