#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paraph {

/// ASCII only, whatever the locale.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lowered(std::string_view text);
std::string uppered(std::string_view text);

/// ASCII case-insensitive.
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
/// Position of `needle` in `text` at or after `from`, ASCII case-insensitive; npos when absent.
std::size_t ifind(std::string_view text, std::string_view needle, std::size_t from = 0);

/// Without leading and trailing SP, HTAB, CR, LF.
std::string_view trimmed(std::string_view text);

/// The pieces between separators, empty ones too: "a,,b" gives three. Views into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// A whole decimal number without sign or blanks; nullopt for anything else, and past 2^64-1.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// Lower-case hex of each octet.
std::string hex(std::string_view octets);

/// For logs and error sentences: at most `bytes_max` octets, controls and non-ASCII as \xHH, so that a peer cannot write lines.
std::string printable(std::string_view octets, std::size_t bytes_max = 200);

bool is_ascii(std::string_view text);
/// Well-formed UTF-8: no overlong forms, surrogates, or past U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace paraph
