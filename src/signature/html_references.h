#pragma once
#include <string>
#include <string_view>

namespace paraph::signature {

/// Decodes numeric character references and the common named ones; anything else stays as written.
std::string decode_character_references(std::string_view text);

/// For text and double-quoted attribute values: & < > " escaped.
std::string escape_html(std::string_view text);
void append_escaped(std::string& out, char c);

/// The same, with everything that is not ASCII as numeric references, so that it holds in any charset. `text` is UTF-8;
/// markup is left alone.
std::string ascii_html(std::string_view text);

}  // namespace paraph::signature
